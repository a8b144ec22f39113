#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>

#include "parley/base/id.h"
#include "parley/base/json_codec.h"
#include "parley/base/time.h"

namespace parley::chat {

using base::Json;
using base::JsonView;
using base::SocketId;

/// Text that names one kind of thing and is never taken for the name of another.
template <class Tag>
class Name {
 public:
  Name() = default;
  explicit Name(std::string text) : text_(std::move(text)) {}

  std::string const& str() const { return text_; }
  operator std::string_view() const { return text_; }
  friend bool operator==(Name const&, Name const&) = default;
  friend auto operator<=>(Name const&, Name const&) = default;

 private:
  std::string text_;
};

/// The public name of a guest, `guest_<uuid>`.
using GuestId = Name<struct GuestTag>;
/// The secret name of a guest session (the contract's `sessionId`); whoever knows it may read the session.
using SessionKey = Name<struct SessionKeyTag>;
/// The contract's `roomId`: which two guests, whatever the order.
using RoomId = Name<struct RoomTag>;
using MessageId = Name<struct MessageTag>;
/// The contract's `fileId`; whoever knows it may read the file.
using FileId = Name<struct FileTag>;

/// Both clocks at one moment: deadlines are kept on the steady one, people read the other.
struct Now {
  base::TimePoint steady;
  base::Timestamp wall;
};

/// A value that JSON shows as `null` when there is none; a plain optional is left out.
template <class T>
struct OrNull : std::optional<T> {
  using std::optional<T>::optional;
};

template <class T>
void write_json(base::JsonWriter& writer, OrNull<T> const& value) {
  if (!value) return writer.null();
  using base::write_json;
  write_json(writer, *value);
}

/// A moment as it is written in JSON.
inline std::string written(base::Timestamp time) { return base::to_iso8601(time); }

}  // namespace parley::chat

template <class Tag>
struct std::hash<parley::chat::Name<Tag>> {
  std::size_t operator()(parley::chat::Name<Tag> const& name) const noexcept {
    return std::hash<std::string_view>{}(name.str());
  }
};
