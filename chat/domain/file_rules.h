#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/domain/profile.h"
#include "parley/base/bytes.h"

/// Which files guests may show each other, and what is said of them (the contract's §11).
namespace parley::chat {

struct FileLimits {
  std::uint64_t file_bytes_max = 10'485'760;
  std::uint64_t voice_seconds_max = 300;
};

// Types.

/// A MIME type as we compare it: in lower case, without parameters. A part that names none is text.
std::string canonical_type(std::string_view content_type);
/// Whether files of this canonical type are taken at all.
bool is_allowed_type(std::string_view type);
bool is_image(std::string_view type);
/// Voice notes are audio, or what some browsers' recorders call video.
bool is_voice_type(std::string_view type);
/// What clients sort by: `image`, `video`, `audio`, `pdf`, `text`, `archive` or `document`.
std::string_view category_of(std::string_view type);

/// Looks whether a file is of the type it was given as, so that nobody is served a page as a picture.
class ContentCheck {
 public:
  /// `type` is canonical and allowed.
  explicit ContentCheck(std::string_view type);

  /// The next bytes of the content. False as soon as it cannot be of that type.
  bool feed(base::BytesView bytes);
  /// The content has ended.
  bool finish() const;

 private:
  bool begins_well() const;

  std::string type_;
  bool is_text_;
  bool is_good_ = true;
  bool is_decided_ = false;
  std::string begin_;  ///< until there is enough of it to decide
};

// Names and texts.

/// Text that came in as bytes: what is not UTF-8 becomes U+FFFD.
std::string to_utf8(std::string_view bytes);
/// The name under which a file is shown: without folders and control characters, 255 characters at most, never empty.
std::string safe_file_name(std::string_view sent);

/// `10MB`
std::string in_megabytes(std::uint64_t bytes);
std::string file_too_large(std::uint64_t bytes_max);

// What a client says about its upload. The texts, and the order of faults, are the contract's.

struct UploadFields {
  std::optional<std::string> filename, file_type, file_size, duration, room;
};
/// `bytes` is the real size, if there was a file.
std::vector<FieldFault> faults_of_upload(UploadFields const& fields, std::optional<std::uint64_t> bytes,
                                         FileLimits const& limits);
std::vector<FieldFault> faults_of_voice_note(UploadFields const& fields, std::optional<std::uint64_t> bytes,
                                             FileLimits const& limits);
/// A whole number, if it is written in digits alone.
std::optional<std::uint64_t> whole_number(std::string_view text);

}  // namespace parley::chat
