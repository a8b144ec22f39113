#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "chat/domain/message.h"
#include "parley/base/result.h"
#include "parley/base/task.h"

namespace parley::chat {

/// The surroundings failed; `cause` is for the log.
struct StorageError {
  std::string cause;
};

template <class T>
using Stored = base::Task<base::Result<T, StorageError>>;

/// Keeps what the domain asks to keep. Every call may take its time.
///
/// Order     calls about one room take effect in the order in which they were begun, so that a room that has been
///           erased stays empty; answers may come in any order.
/// Lives on  the lobby's worker, and answers there.
class Storage {
 public:
  virtual ~Storage() = default;

  /// Succeeds only once the message would survive the process, as far as this storage can promise it.
  virtual Stored<void> keep(Message message) = 0;
  virtual Stored<void> mark_delivered(RoomId room, MessageId id, base::Timestamp at) = 0;
  virtual Stored<void> erase_room(RoomId room) = 0;

  /// The messages of a room with a greater `seq`, in that order, at most `count_max`.
  virtual Stored<std::vector<Message>> messages_after(RoomId room, std::uint64_t seq, std::size_t count_max) = 0;
};

}  // namespace parley::chat
