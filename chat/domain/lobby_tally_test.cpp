#include <doctest/doctest.h>

#include "chat/domain/testing/town.h"

using namespace parley::chat;
using namespace std::chrono_literals;

namespace {

std::int64_t ended(Town const& town, CallOutcome how) {
  return town.lobby.tally().calls[static_cast<std::size_t>(how)].read();
}
Tally::Messages const& texts(Town const& town) { return town.lobby.tally().messages[0]; }

}  // namespace

TEST_CASE("a match counts once, and how long each of the two has waited counts for each") {
  Town town;
  auto& ada = town.guest("Ada");
  auto& bob = town.guest("Bob");
  town.match(ada);
  town.pass(2s);
  // Asking again keeps the place, and the time at which the search began.
  town.match(ada);
  town.pass(1s);
  town.match(bob);
  CHECK(town.lobby.tally().matches.read() == 1);
  CHECK(town.lobby.tally().match_wait.count() == 2);
  CHECK(town.lobby.tally().match_wait.sum() == 3s);
}

TEST_CASE("every message that was sent is delivered, waits, or was never confirmed before the chat ended") {
  Town town;
  auto const [ada, bob] = town.pair("Ada", "Bob");
  for (int i = 0; i < 5; ++i) town.say(*ada, "hello");
  town.pass(40ms);
  for (int i = 0; i < 2; ++i)
    town.confirm(*bob, std::get<ChatMessage>(bob->heard[static_cast<std::size_t>(i)]).message->id);
  auto const& tally = town.lobby.tally();
  CHECK(texts(town).sent.read() == 5);
  CHECK(tally.delivered.read() == 2);
  CHECK(tally.delivery.sum() == 80ms);
  CHECK(town.lobby.unconfirmed_messages() == 3);
  town.leave(*ada);
  CHECK(town.lobby.unconfirmed_messages() == 0);
  CHECK(tally.undelivered.read() == 3);
  CHECK(texts(town).sent.read() == tally.delivered.read() + tally.undelivered.read());
}

TEST_CASE("messages to a guest who is away are sent and held back") {
  Town town;
  auto const [ada, bob] = town.pair("Ada", "Bob");
  town.disconnect(*bob, Parting::lost);
  town.say(*ada, "are you there?");
  CHECK(texts(town).sent.read() == 1);
  CHECK(town.lobby.tally().held_back.read() == 1);
}

TEST_CASE("messages that the storage refuses, and those whose chat ends meanwhile, are not sent") {
  Town town({}, Town::Storing::when_told);
  auto const [ada, bob] = town.pair("Ada", "Bob");
  town.say(*ada, "refused");
  town.store(0, false);
  town.say(*ada, "too late");
  town.leave(*bob);
  CHECK(texts(town).sent.read() == 0);
  CHECK(texts(town).failed.read() == 1);
  CHECK(texts(town).abandoned.read() == 1);
}

TEST_CASE("each call counts once, by how it ended, and signals count as they are passed on") {
  Town town({.disconnect_grace = 0s});
  auto [ada, bob] = town.pair("Ada", "Bob");
  auto const call = [&, a = ada, b = bob](std::initializer_list<std::pair<char, Signal>> signals) {
    for (auto const& [who, signal] : signals) town.signal(who == 'a' ? *a : *b, signal);
  };
  using enum Signal;
  call({{'a', offer}, {'b', answer}, {'a', candidate}, {'b', end}, {'b', end}});
  CHECK(ended(town, CallOutcome::completed) == 1);
  call({{'a', offer}, {'b', reject}});
  CHECK(ended(town, CallOutcome::rejected) == 1);
  call({{'a', offer}, {'a', timeout}});
  CHECK(ended(town, CallOutcome::unanswered) == 1);
  call({{'b', offer}, {'b', end}});
  CHECK(ended(town, CallOutcome::cancelled) == 1);
  call({{'a', offer}});
  town.pass(45s);
  CHECK(ended(town, CallOutcome::unanswered) == 2);
  call({{'a', offer}, {'b', answer}});
  town.leave(*ada);
  CHECK(ended(town, CallOutcome::cut_off) == 1);
  auto const& signals = town.lobby.tally().signals;
  CHECK(signals[static_cast<std::size_t>(offer)].read() == 6);
  CHECK(signals[static_cast<std::size_t>(candidate)].read() == 1);
  CHECK(signals[static_cast<std::size_t>(end)].read() == 3);
}
