#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "parley/base/bytes.h"

namespace parley::net {

/// A piece of memory that many outboxes point at and nobody changes.
struct SharedSlice {
  std::shared_ptr<void const> owner;
  base::BytesView bytes;
};

/// Memory for output, kept for re-use: one per worker, so that an idle connection holds none.
class BlockPool {
 public:
  struct Block {
    std::unique_ptr<std::uint8_t[]> memory;
    std::uint32_t capacity = 0;
    std::uint32_t used = 0;
  };
  /// A block with room for `bytes`, empty.
  Block take(std::size_t bytes);
  void give_back(Block block);

 private:
  static constexpr std::uint32_t small_bytes = 2 * 1024;
  static constexpr std::uint32_t large_bytes = 32 * 1024;
  static constexpr std::size_t kept_max = 2048;
  std::vector<Block> small_;
  std::vector<Block> large_;
};

/// What waits to be sent on one connection: own bytes in blocks, and references to shared bytes, in order.
/// Lives on  one worker. The caller bounds it by `bytes()`.
class Outbox {
 public:
  explicit Outbox(BlockPool& pool) : pool_(pool) {}
  ~Outbox() { clear(); }
  Outbox(Outbox const&) = delete;
  Outbox& operator=(Outbox const&) = delete;

  /// Copies.
  void append(base::BytesView bytes);
  /// Room for `bytes` at the end, to be written by the caller before the next call.
  std::uint8_t* extend(std::size_t bytes);
  /// Keeps a reference, or copies where that is cheaper.
  void append(SharedSlice slice);

  std::size_t bytes() const { return bytes_; }
  bool empty() const { return bytes_ == 0; }
  void clear();
  /// What has not been sent; the outbox is empty then.
  std::string take_all();

  enum class Flushed { all, blocked, failed };
  /// Sends as much as the kernel takes, in as few calls as possible.
  Flushed flush(int descriptor, base::MutableBytes gather_buffer);
  /// The longest run of bytes at the front that can be had in one piece: as they lie, or gathered. Not empty unless
  /// the outbox is.
  base::BytesView front(base::MutableBytes gather_buffer) const;
  /// They have been dealt with.
  void drop_front(std::size_t bytes);

 private:
  struct Piece {
    BlockPool::Block block;  ///< own bytes, or
    SharedSlice slice;       ///< shared ones
    base::BytesView bytes() const {
      return slice.owner ? slice.bytes : base::BytesView(block.memory.get(), block.used);
    }
  };

  BlockPool& pool_;
  std::vector<Piece> pieces_;
  std::size_t first_ = 0;       ///< pieces before it have been sent
  std::size_t front_sent_ = 0;  ///< bytes of the first piece that have been sent
  std::size_t bytes_ = 0;
};

}  // namespace parley::net
