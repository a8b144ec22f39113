#pragma once

#include <optional>
#include <string>

#include "chat/domain/file_rules.h"
#include "parley/http/multipart.h"

namespace parley::chat {

enum class UploadKind { file, voice_note };

/// Why an upload is refused before its fields are looked at.
struct UploadRefusal {
  unsigned status = 400;
  std::string message;
};

/// The form of an upload as it comes in: keeps its fields, checks its one file, and gives the file's bytes on.
class UploadForm final : private http::MultipartUser {
 public:
  UploadForm(UploadKind kind, std::string_view boundary, FileLimits const& limits);

  /// The next bytes of the body.
  base::Result<void, UploadRefusal> feed(base::BytesView bytes);
  /// The body has ended.
  base::Result<void, UploadRefusal> finish();

  /// The file's bytes that have come since the last call.
  std::string take_file_bytes() { return std::exchange(file_bytes_, {}); }

  // Complete once `finish` has been content.

  UploadFields const& fields() const { return fields_; }
  struct File {
    std::string type;  ///< canonical and allowed
    std::string name;  ///< safe
    std::uint64_t size = 0;
  };
  std::optional<File> const& file() const { return file_; }

 private:
  void on_part(http::PartHead head) override;
  void on_part_bytes(base::BytesView bytes) override;
  void on_part_end() override;

  void begin_file(http::PartHead head);
  void refuse(unsigned status, std::string message);
  void refuse_type(std::string_view type);

  UploadKind kind_;
  FileLimits limits_;
  http::MultipartParser parser_;
  UploadFields fields_;
  std::optional<std::string>* field_ = nullptr;  ///< that the current part is the value of
  std::string value_;
  std::optional<File> file_;
  bool in_file_ = false;
  std::optional<ContentCheck> check_;
  std::string file_bytes_;
  std::optional<UploadRefusal> refusal_;
};

}  // namespace parley::chat
