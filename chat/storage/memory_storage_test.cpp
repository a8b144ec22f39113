#include "chat/storage/memory_storage.h"

#include <doctest/doctest.h>

using namespace parley::chat;
using parley::base::start;
using parley::base::Task;

namespace {

Message message_in(std::string_view room, std::uint64_t seq) {
  Message message;
  message.id = MessageId("msg_" + std::to_string(seq));
  message.room = RoomId(std::string(room));
  message.seq = seq;
  return message;
}

/// Runs a call that does not wait, and returns what it gave.
template <class T>
parley::base::Result<T, StorageError> given(Stored<T> call) {
  std::optional<parley::base::Result<T, StorageError>> result;
  auto const run = [](Stored<T> task, auto& out) -> Task<void> { out.emplace(co_await std::move(task)); };
  start(run(std::move(call), result), [](std::exception_ptr thrown) { REQUIRE_FALSE(thrown); });
  REQUIRE(result);
  return std::move(*result);
}

std::vector<std::uint64_t> seqs(Storage& storage, std::string_view room, std::uint64_t after = 0,
                                std::size_t count_max = 100) {
  std::vector<std::uint64_t> found;
  auto const messages = given(storage.messages_after(RoomId(std::string(room)), after, count_max));
  for (auto const& each : *messages) found.push_back(each.seq);
  return found;
}

using Seqs = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("messages are found again by room, in order, after a number and up to a count") {
  MemoryStorage storage;
  for (std::uint64_t seq = 1; seq <= 5; ++seq) REQUIRE(given(storage.keep(message_in("ab", seq))));
  REQUIRE(given(storage.keep(message_in("cd", 1))));
  CHECK(seqs(storage, "ab") == Seqs{1, 2, 3, 4, 5});
  CHECK(seqs(storage, "ab", 3) == Seqs{4, 5});
  CHECK(seqs(storage, "ab", 1, 2) == Seqs{2, 3});
  CHECK(seqs(storage, "cd") == Seqs{1});
  CHECK(seqs(storage, "nowhere").empty());
}

TEST_CASE("§1.2-erased: erasing a room leaves no message of it and all of the others") {
  MemoryStorage storage;
  REQUIRE(given(storage.keep(message_in("ab", 1))));
  REQUIRE(given(storage.keep(message_in("cd", 1))));
  REQUIRE(given(storage.erase_room(RoomId("ab"))));
  CHECK(seqs(storage, "ab").empty());
  CHECK(seqs(storage, "cd") == Seqs{1});
  CHECK(given(storage.erase_room(RoomId("ab"))));
}

TEST_CASE("a delivery is noted once") {
  MemoryStorage storage;
  REQUIRE(given(storage.keep(message_in("ab", 1))));
  parley::base::Timestamp const first{std::chrono::milliseconds{10}}, second{std::chrono::milliseconds{20}};
  REQUIRE(given(storage.mark_delivered(RoomId("ab"), MessageId("msg_1"), first)));
  REQUIRE(given(storage.mark_delivered(RoomId("ab"), MessageId("msg_1"), second)));
  REQUIRE(given(storage.mark_delivered(RoomId("ab"), MessageId("msg_unknown"), second)));
  CHECK(given(storage.messages_after(RoomId("ab"), 0, 1))->at(0).delivered_at == first);
}

TEST_CASE("a room keeps its newest messages when there are too many") {
  MemoryStorage storage(3);
  for (std::uint64_t seq = 1; seq <= 5; ++seq) REQUIRE(given(storage.keep(message_in("ab", seq))));
  CHECK(seqs(storage, "ab") == Seqs{3, 4, 5});
}
