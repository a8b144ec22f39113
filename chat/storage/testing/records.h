#pragma once

#include <doctest/doctest.h>
#include <stdlib.h>

#include <deque>
#include <filesystem>

#include "chat/storage/sqlite_storage.h"

/// What the tests of storages share.
namespace parley::chat::testing {

/// A directory of its own, gone with the test.
struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "parley-storage-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(Folder const&) = delete;
  Folder& operator=(Folder const&) = delete;
  std::string operator/(std::string const& name) const { return (path / name).string(); }
  std::filesystem::path path;
};

/// A thread played by the test: calls wait until they are told to run, or run at once.
struct Hands {
  bool at_once = true;
  std::deque<base::Function<void()>> waiting;
  auto executor() {
    return [this](base::Function<void()> call) {
      if (!at_once) {
        waiting.push_back(std::move(call));
        return true;
      }
      call();
      return true;
    };
  }
  void run() {
    while (!waiting.empty()) {
      auto call = std::move(waiting.front());
      waiting.pop_front();
      call();
    }
  }
};

/// What a call will have given once it is answered.
template <class T>
using Given = std::shared_ptr<std::optional<base::Result<T, StorageError>>>;

template <class T>
Given<T> begin(Stored<T> call) {
  auto const given = std::make_shared<std::optional<base::Result<T, StorageError>>>();
  auto const run = [](Stored<T> task, Given<T> out) -> base::Task<void> { out->emplace(co_await std::move(task)); };
  base::start(run(std::move(call), given), [](std::exception_ptr) {});
  return given;
}

/// What a call gives that does not wait.
template <class T>
base::Result<T, StorageError> given(Stored<T> call) {
  auto const result = begin(std::move(call));
  REQUIRE(result->has_value());
  return std::move(**result);
}

constexpr std::int64_t dawn_ms = 1'800'000'000'000;
inline base::Timestamp at(std::int64_t ms) { return base::Timestamp(std::chrono::milliseconds(dawn_ms + ms)); }

/// The message `seq` of a room, given to the server `seq` milliseconds after dawn, from Ada to Bob.
inline Message message_in(std::string_view room, std::uint64_t seq, std::string_view text = "hello") {
  Message message;
  message.id = MessageId("msg_" + std::to_string(dawn_ms + static_cast<std::int64_t>(seq)) + "_" + std::string(room));
  message.room = RoomId(std::string(room));
  message.sender = GuestId("guest_ada");
  message.sender_username = "Ada";
  message.recipient = GuestId("guest_bob");
  message.content = Json(text);
  message.timestamp = "2027-01-15T08:00:00.000Z";
  message.seq = seq;
  return message;
}

/// The same, as it is said, kept and told.
inline SharedMessage said_in(std::string_view room, std::uint64_t seq, std::string_view text = "hello") {
  return std::make_shared<Message>(message_in(room, seq, text));
}

inline SessionRecord session_of(std::string const& name) {
  SessionRecord session;
  session.id = GuestId("guest_" + name);
  session.key = SessionKey("key_" + name);
  session.username = name;
  session.created_at = at(1);
  session.last_seen = at(2);
  session.expires_at = at(3);
  return session;
}

inline ChatRecord chat_in(std::string const& room, base::Timestamp began_at = at(0)) {
  return {RoomId(room), GuestId("guest_ada"), GuestId("guest_bob"), began_at};
}

inline Report report_about(std::string const& room, std::string const& id, base::Timestamp when) {
  return {.id = id,
          .room = RoomId(room),
          .by = GuestId("guest_ada"),
          .about = GuestId("guest_bob"),
          .by_username = "Ada",
          .about_username = "Bob",
          .about_address = "192.0.2.1",
          .reason = "spam",
          .details = "buys followers",
          .at = when};
}

}  // namespace parley::chat::testing
