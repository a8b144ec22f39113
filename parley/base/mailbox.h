#pragma once

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace parley::base {

/// The only door between workers: many threads post, one worker takes all at once.
///
/// Order  messages of one thread are taken in the order in which it posted them.
/// Bound  `limit` messages wait at most; `post` says `full` beyond it and leaves the message with its caller.
template <class Message>
class Mailbox {
 public:
  enum class Posted {
    first,  ///< the box was empty: its worker must be woken
    later,  ///< somebody has woken it already
    full    ///< not taken; the caller decides what to drop
  };

  explicit Mailbox(std::size_t limit) : limit_(limit) {}

  /// Any thread.
  [[nodiscard]] Posted post(Message&& message) {
    std::lock_guard const lock(mutex_);
    if (messages_.size() >= limit_) return Posted::full;
    messages_.push_back(std::move(message));
    return messages_.size() == 1 ? Posted::first : Posted::later;
  }

  /// Any thread. Moves messages off the front of `batch` as far as there is room.
  [[nodiscard]] Posted post_all(std::vector<Message>& batch) {
    std::lock_guard const lock(mutex_);
    bool const was_empty = messages_.empty();
    auto const taken = std::min(batch.size(), limit_ - std::min(limit_, messages_.size()));
    for (std::size_t i = 0; i < taken; ++i) messages_.push_back(std::move(batch[i]));
    if (taken < batch.size()) {
      batch.erase(batch.begin(), batch.begin() + static_cast<std::ptrdiff_t>(taken));
      return Posted::full;
    }
    batch.clear();
    return was_empty ? Posted::first : Posted::later;
  }

  /// Owner only. Swaps what has arrived into `into`, which must be empty.
  void take(std::vector<Message>& into) {
    std::lock_guard const lock(mutex_);
    messages_.swap(into);
  }

 private:
  std::mutex mutex_;
  std::vector<Message> messages_;
  std::size_t const limit_;
};

}  // namespace parley::base
