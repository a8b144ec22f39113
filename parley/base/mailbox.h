#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
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

/// Work for threads that have nothing else to do: many threads post, and whoever waits takes one at a time, in the
/// order in which they were posted.
///
/// Bound  `limit` messages wait at most; `post` says false beyond it.
template <class Message>
class WorkQueue {
 public:
  explicit WorkQueue(std::size_t limit) : limit_(limit) {}

  /// Any thread. False: full, or closed; the message stays with its caller.
  [[nodiscard]] bool post(Message&& message) {
    std::lock_guard const lock(mutex_);
    if (closed_ || messages_.size() >= limit_) return false;
    messages_.push_back(std::move(message));
    there_is_work_.notify_one();
    return true;
  }

  /// Any thread. Waits for a message; nothing once the queue is closed and empty.
  std::optional<Message> take() {
    std::unique_lock lock(mutex_);
    there_is_work_.wait(lock, [this] { return closed_ || !messages_.empty(); });
    if (messages_.empty()) return std::nullopt;
    std::optional<Message> message(std::move(messages_.front()));
    messages_.pop_front();
    return message;
  }

  /// Any thread. What waits can still be taken.
  void close() {
    std::lock_guard const lock(mutex_);
    closed_ = true;
    there_is_work_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable there_is_work_;
  std::deque<Message> messages_;
  std::size_t const limit_;
  bool closed_ = false;
};

}  // namespace parley::base
