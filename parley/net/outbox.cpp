#include "parley/net/outbox.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace parley::net {
namespace {

/// Up to here, and behind other output, a copy costs less than a reference.
constexpr std::size_t copied_bytes_max = 64;

}  // namespace

BlockPool::Block BlockPool::take(std::size_t bytes) {
  auto* shelf = bytes <= small_bytes ? &small_ : bytes <= large_bytes ? &large_ : nullptr;
  if (shelf && !shelf->empty()) {
    auto block = std::move(shelf->back());
    shelf->pop_back();
    return block;
  }
  auto const capacity = shelf == &small_   ? small_bytes
                        : shelf == &large_ ? large_bytes
                                           : static_cast<std::uint32_t>(bytes);
  return {std::make_unique_for_overwrite<std::uint8_t[]>(capacity), capacity, 0};
}

void BlockPool::give_back(Block block) {
  auto* shelf = block.capacity == small_bytes ? &small_ : block.capacity == large_bytes ? &large_ : nullptr;
  if (!shelf || shelf->size() >= kept_max) return;
  block.used = 0;
  shelf->push_back(std::move(block));
}

void Outbox::append(base::BytesView bytes) {
  if (!bytes.empty()) std::memcpy(extend(bytes.size()), bytes.data(), bytes.size());
}

std::uint8_t* Outbox::extend(std::size_t bytes) {
  bool const own_tail = pieces_.size() > first_ && !pieces_.back().slice.owner;
  if (!own_tail || pieces_.back().block.capacity - pieces_.back().block.used < bytes) {
    // The first block is small, since most answers are; whoever fills it has more to say.
    auto const wanted = own_tail ? std::max<std::size_t>(bytes, 4 * 1024) : bytes;
    pieces_.push_back({pool_.take(wanted), {}});
  }
  auto& block = pieces_.back().block;
  auto* const at = block.memory.get() + block.used;
  block.used += static_cast<std::uint32_t>(bytes);
  bytes_ += bytes;
  return at;
}

void Outbox::append(SharedSlice slice) {
  // Alone it goes out from where it lies; behind others it is gathered anyway.
  if (!empty() && slice.bytes.size() <= copied_bytes_max) return append(slice.bytes);
  bytes_ += slice.bytes.size();
  pieces_.push_back({{}, std::move(slice)});
}

void Outbox::clear() {
  for (auto i = first_; i < pieces_.size(); ++i) pool_.give_back(std::move(pieces_[i].block));
  std::vector<Piece>().swap(pieces_);
  first_ = front_sent_ = bytes_ = 0;
}

base::BytesView Outbox::front(base::MutableBytes gather_buffer) const {
  if (empty()) return {};
  auto const first = pieces_[first_].bytes().subspan(front_sent_);
  if (pieces_.size() - first_ == 1 || first.size() >= gather_buffer.size()) return first;
  std::size_t filled = 0;
  for (auto i = first_; i < pieces_.size() && filled < gather_buffer.size(); ++i) {
    auto const bytes = i == first_ ? first : pieces_[i].bytes();
    auto const taken = std::min(bytes.size(), gather_buffer.size() - filled);
    std::memcpy(gather_buffer.data() + filled, bytes.data(), taken);
    filled += taken;
  }
  return gather_buffer.first(filled);
}

std::string Outbox::take_all() {
  std::string all;
  all.reserve(bytes_);
  for (auto i = first_; i < pieces_.size(); ++i) {
    all += base::as_text(pieces_[i].bytes().subspan(i == first_ ? front_sent_ : 0));
  }
  clear();
  return all;
}

Outbox::Flushed Outbox::flush(int descriptor, base::MutableBytes gather_buffer) {
  while (bytes_ > 0) {
    auto const chunk = front(gather_buffer);
    auto const sent = send(descriptor, chunk.data(), chunk.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN || errno == EWOULDBLOCK ? Flushed::blocked : Flushed::failed;
    }
    drop_front(static_cast<std::size_t>(sent));
    if (static_cast<std::size_t>(sent) < chunk.size()) return Flushed::blocked;
  }
  return Flushed::all;
}

void Outbox::drop_front(std::size_t bytes) {
  bytes_ -= bytes;
  while (bytes > 0) {
    auto const left = pieces_[first_].bytes().size() - front_sent_;
    if (bytes < left) {
      front_sent_ += bytes;
      return;
    }
    bytes -= left;
    pool_.give_back(std::move(pieces_[first_].block));
    pieces_[first_].slice = {};
    front_sent_ = 0;
    ++first_;
  }
  if (first_ < pieces_.size()) {
    if (first_ >= 1024) {
      pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(first_));
      first_ = 0;
    }
    return;
  }
  first_ = 0;
  // An idle connection keeps nothing.
  if (pieces_.capacity() > 4) {
    std::vector<Piece>().swap(pieces_);
  } else {
    pieces_.clear();
  }
}

}  // namespace parley::net
