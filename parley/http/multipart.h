#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parley/base/bytes.h"
#include "parley/base/result.h"
#include "parley/http/headers.h"

namespace parley::http {

/// The `boundary` of a `multipart/form-data` Content-Type; nothing if it is another type, or the boundary is not one.
/// Source  RFC 2046 §5.1.1 (1 to 70 characters of a small set), RFC 9110 §8.3.1 (parameters, quoted or not).
std::optional<std::string> multipart_boundary(std::string_view content_type);

/// What stands before the content of a part.
struct PartHead {
  std::string name;                     ///< of the form's field
  std::optional<std::string> filename;  ///< as sent: bytes that are meant to be UTF-8; absent for plain fields
  std::string content_type;             ///< empty if the part names none
};

enum class MultipartError {
  malformed,       ///< not what the boundary promised
  head_too_large,  ///< of one part
  too_many_parts,
  field_too_large,  ///< for whoever receives the events to say
  incomplete        ///< ended before the last boundary
};

struct MultipartLimits {
  std::size_t head_bytes_max = 8 * 1024;  ///< of one part
  std::size_t parts_max = 32;
  std::size_t preamble_bytes_max = 1024;  ///< before the first boundary
};

/// Who is told what a form holds.
class MultipartUser {
 public:
  virtual ~MultipartUser() = default;
  virtual void on_part(PartHead head) = 0;
  /// Borrowed until return; never empty.
  virtual void on_part_bytes(base::BytesView bytes) = 0;
  virtual void on_part_end() = 0;
};

/// Reads a multipart/form-data body as it comes, wherever it is cut. Holds one part's head at most, and never content
/// beyond the length of a boundary.
///
///   preamble ──boundary──► head ──empty line──► content ──boundary──► head … ──last boundary──► over
///
/// What follows the last boundary is not looked at. Headers of a part other than Content-Disposition and Content-Type
/// are passed over. A part without a name is malformed, and so is one that is no form-data.
/// Source  RFC 7578 (form-data), RFC 2046 §5.1.1 (syntax); quoting of names as browsers do it (HTML,
/// "multipart/form-data
///         encoding algorithm"): `%22`, `%0D`, `%0A`, beside the backslash of older ones.
class MultipartParser {
 public:
  /// `user` must outlive the parser. `boundary` as from `multipart_boundary`.
  MultipartParser(std::string_view boundary, MultipartUser& user, MultipartLimits limits = {});

  /// Takes all of `input`. After an error, repeats it.
  base::Result<void, MultipartError> feed(base::BytesView input);
  /// The body has ended: an error unless the last boundary has come.
  base::Result<void, MultipartError> finish() const;
  bool is_over() const { return state_ == State::over; }

 private:
  enum class State { preamble, after_boundary, head, content, over };
  using Step = base::Result<bool, MultipartError>;

  Step find_first_boundary();
  Step read_boundary_end();
  Step read_head();
  Step read_content();

  std::string delimiter_;  ///< CR LF, two dashes and the boundary
  MultipartUser& user_;
  MultipartLimits limits_;
  State state_ = State::preamble;
  std::string held_;  ///< input that could not be understood without what follows
  bool at_content_begin_ = false;
  std::size_t parts_ = 0;
  std::size_t preamble_bytes_ = 0;
  std::optional<MultipartError> error_;
};

/// A part's head from its lines, without the empty one; nothing if it is malformed.
std::optional<PartHead> parse_part_head(std::string_view lines);

}  // namespace parley::http
