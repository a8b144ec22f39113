#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace parley::base {

/// Which worker of this process: 0 up to 255.
using WorkerId = std::uint8_t;

/// Random bytes good enough for secrets. The caller brings it, so that pure code stays repeatable in tests.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

/// 20 characters of base64url: 14 random bytes (112 bits) and the worker that made the id, so that whoever
/// sees the id knows where its owner lives. `Tag` keeps ids of different things apart.
template <class Tag>
class ShortId {
 public:
  static constexpr std::size_t length = 20;

  ShortId() { text_.fill('A'); }
  static ShortId make(WorkerId worker, RandomSource& random);
  /// Nothing if `text` is not such an id.
  static std::optional<ShortId> parse(std::string_view text);

  std::string_view text() const { return {text_.data(), length}; }
  operator std::string_view() const { return text(); }
  std::string str() const { return std::string(text()); }
  WorkerId worker() const;

  friend bool operator==(ShortId const&, ShortId const&) = default;
  friend auto operator<=>(ShortId const& a, ShortId const& b) { return a.text() <=> b.text(); }

 private:
  std::array<char, length> text_;
};

struct SessionTag;
struct SocketTag;
using SessionId = ShortId<SessionTag>;
using SocketId = ShortId<SocketTag>;

/// A UUID, version 4, in its text form.
std::string make_uuid(RandomSource& random);

/// The name of a room. A class of its own so that it is not mistaken for an event or a namespace.
class RoomName {
 public:
  RoomName() = default;
  RoomName(std::string name) : name_(std::move(name)) {}
  RoomName(std::string_view name) : name_(name) {}
  RoomName(char const* name) : name_(name) {}
  template <class Tag>
  RoomName(ShortId<Tag> const& id) : name_(id.text()) {}

  std::string const& str() const { return name_; }
  operator std::string_view() const { return name_; }
  friend bool operator==(RoomName const&, RoomName const&) = default;
  friend auto operator<=>(RoomName const&, RoomName const&) = default;

 private:
  std::string name_;
};

/// Hash for tables keyed by text that are asked with a `std::string_view`.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace parley::base

template <class Tag>
struct std::hash<parley::base::ShortId<Tag>> {
  std::size_t operator()(parley::base::ShortId<Tag> const& id) const noexcept {
    // The characters are random already: eight of them are a hash.
    std::uint64_t bits;
    std::memcpy(&bits, id.text().data() + 8, sizeof bits);
    return bits;
  }
};
