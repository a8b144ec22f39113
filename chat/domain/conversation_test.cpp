#include "chat/domain/conversation.h"

#include <doctest/doctest.h>

using namespace parley::chat;

namespace {

GuestId const a("guest_a"), b("guest_b"), stranger("guest_c");
parley::base::Timestamp const now{std::chrono::milliseconds{1'800'000'000'000}};

NewMessage text(std::string_view content, std::optional<std::string> client_message_id = {}) {
  NewMessage message;
  message.content = Json(content);
  message.client_message_id = client_message_id;
  message.echoed_id = std::move(client_message_id);
  return message;
}

MessageId m(int number) { return MessageId("msg_" + std::to_string(number)); }

Conversation::Said say(Conversation& chat, GuestId const& who, int number,
                       std::optional<std::string> client_message_id = {}) {
  return chat.say({who, "name"}, text("hello", std::move(client_message_id)), m(number),
                  {SocketId{}, static_cast<std::uint64_t>(number)}, now, 1000);
}

std::vector<std::string> ids(std::vector<Conversation::Settled> const& settled) {
  std::vector<std::string> all;
  for (auto const& each : settled) all.push_back(each.message->id.str() + (each.kept ? "" : " lost"));
  return all;
}
using Ids = std::vector<std::string>;

/// A conversation whose call is in the given state; `a` is the caller.
Conversation calling(Call state) {
  Conversation chat(a, b, 1, now);
  if (state != Call::none) chat.signal(a, Signal::offer);
  if (state == Call::active) chat.signal(b, Signal::answer);
  REQUIRE(chat.call() == state);
  return chat;
}

}  // namespace

TEST_CASE("the room of two guests does not depend on who is first") {
  CHECK(room_of(a, b).str() == "guest_a_guest_b");
  CHECK(room_of(b, a) == room_of(a, b));
}

TEST_CASE("messages are settled in the order of saying, however storage answers") {
  Conversation chat(a, b, 1, now);
  for (int i = 1; i <= 4; ++i) REQUIRE(std::holds_alternative<Store>(say(chat, i % 2 ? a : b, i)));
  CHECK(chat.stored(m(3), true).empty());
  CHECK(chat.stored(m(2), false).empty());
  CHECK(ids(chat.stored(m(1), true)) == Ids{"msg_1", "msg_2 lost", "msg_3"});
  CHECK(chat.stored(m(1), true).empty());
  CHECK(ids(chat.stored(m(4), true)) == Ids{"msg_4"});
  CHECK(chat.stored(m(9), true).empty());
}

TEST_CASE("§8.2-2: a message carries its number within the chat and the time it was given") {
  Conversation chat(a, b, 1, now);
  auto const first = *std::get<Store>(say(chat, a, 1)).message;
  CHECK(first.seq == 1);
  CHECK(first.recipient == b);
  CHECK(first.timestamp == "2027-01-15T08:00:00.000Z");
  auto dated = text("x");
  dated.timestamp = "2020-01-01T00:00Z";
  auto const second = *std::get<Store>(chat.say({b, "n"}, dated, m(2), {}, now, 1000)).message;
  CHECK(second.seq == 2);
  CHECK(second.recipient == a);
  CHECK(second.timestamp == "2020-01-01T00:00Z");
}

TEST_CASE("saying the same again is answered like the first time and kept once") {
  Conversation chat(a, b, 1, now);
  REQUIRE(std::holds_alternative<Store>(say(chat, a, 1, "c")));
  CHECK(std::holds_alternative<Conversation::Repeated>(say(chat, a, 2, "c")));
  CHECK(std::holds_alternative<Store>(say(chat, b, 3, "c")));
  auto const settled = chat.stored(m(1), true);
  REQUIRE(settled.size() == 1);
  REQUIRE(settled[0].asked.size() == 2);
  CHECK(settled[0].asked[1].ask.id == 2);
  auto const again = say(chat, a, 4, "c");
  REQUIRE(std::holds_alternative<Conversation::SentBefore>(again));
  CHECK(std::get<Conversation::SentBefore>(again).confirmation.message_id == m(1));
  CHECK(std::get<Conversation::SentBefore>(again).confirmation.client_message_id == "c");
}

TEST_CASE("a message that could not be kept may be tried again under the same name") {
  Conversation chat(a, b, 1, now);
  say(chat, a, 1, "c");
  CHECK(ids(chat.stored(m(1), false)) == Ids{"msg_1 lost"});
  CHECK(std::holds_alternative<Store>(say(chat, a, 2, "c")));
}

TEST_CASE("§8.2-6: only the recipient confirms, only what was sent, and only once") {
  Conversation chat(a, b, 1, now);
  say(chat, a, 1);
  CHECK_FALSE(chat.confirm(b, m(1)));
  chat.stored(m(1), true);
  CHECK_FALSE(chat.confirm(a, m(1)));
  CHECK_FALSE(chat.confirm(stranger, m(1)));
  CHECK_FALSE(chat.confirm(b, m(2)));
  CHECK(chat.confirm(b, m(1)));
  CHECK_FALSE(chat.confirm(b, m(1)));
  CHECK(chat.has_received(b, m(1)));
}

TEST_CASE("what was still being kept is handed back when the chat ends") {
  Conversation chat(a, b, 1, now);
  say(chat, a, 1);
  say(chat, b, 2);
  CHECK(ids(chat.abandon()) == Ids{"msg_1 lost", "msg_2 lost"});
  CHECK(chat.stored(m(1), true).empty());
}

TEST_CASE("the oldest messages are forgotten when there are very many") {
  Conversation chat(a, b, 1, now);
  for (int i = 1; i <= 10'001; ++i) {
    say(chat, a, i, "c" + std::to_string(i));
    chat.stored(m(i), true);
  }
  CHECK_FALSE(chat.confirm(b, m(1)));
  CHECK(chat.confirm(b, m(2)));
  CHECK(std::holds_alternative<Store>(say(chat, a, 20'000, "c1")));
  CHECK(std::holds_alternative<Conversation::SentBefore>(say(chat, a, 20'001, "c2")));
}

TEST_CASE("a call moves as its table says in every state, with every signal, from either side") {
  using enum Signal;
  struct Move {
    Call when;
    Signal signal;
    bool from_caller;
    Call then;
  };
  // Written out by hand, so that the table is not compared with itself.
  std::vector<Move> const moves{
      {Call::none, offer, true, Call::ringing},     {Call::none, offer, false, Call::ringing},
      {Call::ringing, answer, false, Call::active}, {Call::ringing, reject, false, Call::none},
      {Call::ringing, timeout, true, Call::none},   {Call::ringing, end, true, Call::none},
      {Call::ringing, end, false, Call::none},      {Call::active, end, true, Call::none},
      {Call::active, end, false, Call::none},
  };
  for (auto const state : {Call::none, Call::ringing, Call::active}) {
    for (auto const signal : {offer, answer, candidate, reject, timeout, end}) {
      for (bool const from_caller : {true, false}) {
        auto chat = calling(state);
        auto const move = std::find_if(moves.begin(), moves.end(), [&](Move const& each) {
          return each.when == state && each.signal == signal && each.from_caller == from_caller;
        });
        bool const began = chat.signal(from_caller ? a : b, signal);
        CAPTURE(static_cast<int>(state));
        CAPTURE(static_cast<int>(signal));
        CAPTURE(from_caller);
        CHECK(chat.call() == (move == moves.end() ? state : move->then));
        CHECK(began == (state == Call::none && signal == offer));
      }
    }
  }
}

TEST_CASE("when both ring at once the guest with the smaller id is the caller") {
  for (auto const& [first, second] : {std::pair{a, b}, std::pair{b, a}}) {
    Conversation chat(a, b, 1, now);
    CHECK(chat.signal(first, Signal::offer));
    CHECK_FALSE(chat.signal(second, Signal::offer));
    CHECK(chat.caller() == a);
    chat.signal(b, Signal::answer);
    CHECK(chat.call() == Call::active);
  }
}

TEST_CASE("each ringing has a number of its own") {
  Conversation chat(a, b, 1, now);
  chat.signal(a, Signal::offer);
  auto const first = chat.ringing_number();
  chat.signal(a, Signal::end);
  chat.signal(b, Signal::offer);
  CHECK(chat.ringing_number() != first);
  CHECK(chat.caller() == b);
}

TEST_CASE("§8.3: what one author has on its way into the storage is bounded, repetitions too, and nobody else is") {
  Conversation chat(a, b, 1, now);
  auto const say_at_most_two = [&](GuestId const& who, int number, std::optional<std::string> client_message_id = {}) {
    return chat.say({who, "name"}, text("hello", std::move(client_message_id)), m(number), {}, now, 2);
  };
  CHECK(std::holds_alternative<Store>(say_at_most_two(a, 1, "c")));
  CHECK(std::holds_alternative<Store>(say_at_most_two(a, 2)));
  CHECK(std::holds_alternative<Conversation::TooMany>(say_at_most_two(a, 3)));
  CHECK(std::holds_alternative<Conversation::Repeated>(say_at_most_two(a, 4, "c")));
  CHECK(std::holds_alternative<Conversation::TooMany>(say_at_most_two(a, 5, "c")));
  CHECK(std::holds_alternative<Store>(say_at_most_two(b, 6)));
  chat.stored(m(1), true);
  CHECK(std::holds_alternative<Store>(say_at_most_two(a, 7)));
}

TEST_CASE("§1.4: a conversation that goes on after a restart knows its messages as before") {
  std::vector<MessageHead> const heads{{m(1), a, b, "then", "c1", 1, true}, {m(2), b, a, "then", {}, 2, false}};
  Conversation chat(ChatRecord{room_of(a, b), a, b, now}, 7, heads);
  CHECK(chat.is_open());
  CHECK(chat.settled_seq() == 2);
  CHECK(chat.unconfirmed_by(a) == 1);
  CHECK(chat.unconfirmed_by(b) == 0);
  auto const again = say(chat, a, 9, "c1");
  REQUIRE(std::holds_alternative<Conversation::SentBefore>(again));
  CHECK(std::get<Conversation::SentBefore>(again).confirmation.message_id == m(1));
  CHECK(std::get<Conversation::SentBefore>(again).confirmation.timestamp == "then");
  CHECK_FALSE(chat.confirm(b, m(1)));
  CHECK(chat.confirm(a, m(2)));
  CHECK(std::get<Store>(say(chat, a, 3)).message->seq == 3);
}
