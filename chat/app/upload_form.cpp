#include "chat/app/upload_form.h"

#include <array>

namespace parley::chat {
namespace {

/// No field that we know is longer, and a form of ours has fewer parts.
constexpr std::size_t value_bytes_max = 4 * 1024;
constexpr std::size_t shown_type_bytes_max = 127;

}  // namespace

UploadForm::UploadForm(UploadKind kind, std::string_view boundary, FileLimits const& limits)
    : kind_(kind), limits_(limits), parser_(boundary, *this) {}

void UploadForm::refuse(unsigned status, std::string message) {
  if (!refusal_) refusal_ = UploadRefusal{status, std::move(message)};
}

void UploadForm::refuse_type(std::string_view type) {
  refuse(400, "File type not allowed: " + to_utf8(type.substr(0, shown_type_bytes_max)));
}

base::Result<void, UploadRefusal> UploadForm::feed(base::BytesView bytes) {
  auto const fed = refusal_ ? base::Result<void, http::MultipartError>{} : parser_.feed(bytes);
  if (!fed) refuse(400, "Invalid multipart form data");
  if (refusal_) return base::fail(*refusal_);
  return {};
}

base::Result<void, UploadRefusal> UploadForm::finish() {
  if (!refusal_ && !parser_.finish()) refuse(400, "Invalid multipart form data");
  if (refusal_) return base::fail(*refusal_);
  return {};
}

void UploadForm::on_part(http::PartHead head) {
  field_ = nullptr;
  value_.clear();
  in_file_ = false;
  if (refusal_) return;
  if (head.filename) return begin_file(std::move(head));
  struct Field {
    std::string_view name;
    std::optional<std::string> UploadFields::*place;
  };
  constexpr std::array known{Field{"filename", &UploadFields::filename}, Field{"fileType", &UploadFields::file_type},
                             Field{"fileSize", &UploadFields::file_size}, Field{"duration", &UploadFields::duration},
                             Field{"roomId", &UploadFields::room}};
  for (auto const& [name, place] : known) {
    // Said twice, the first counts.
    if (head.name == name && !(fields_.*place)) field_ = &(fields_.*place);
  }
}

void UploadForm::begin_file(http::PartHead head) {
  if (head.name != "file") return refuse(400, "Unexpected field name for file upload");
  if (file_) return refuse(400, "Too many files. Only one file allowed per upload");
  // A browser sends this for a file that was not chosen.
  if (head.filename->empty()) return;
  auto type = canonical_type(head.content_type);
  if (kind_ == UploadKind::voice_note && !is_voice_type(type)) return refuse(400, "Voice notes must be audio");
  if (!is_allowed_type(type)) return refuse_type(type);
  check_.emplace(type);
  file_ = File{std::move(type), safe_file_name(*head.filename), 0};
  in_file_ = true;
}

void UploadForm::on_part_bytes(base::BytesView bytes) {
  if (refusal_) return;
  if (field_) {
    if (value_.size() + bytes.size() > value_bytes_max) return refuse(400, "Field value too long");
    value_ += base::as_text(bytes);
  }
  if (!in_file_) return;
  file_->size += bytes.size();
  if (file_->size > limits_.file_bytes_max) return refuse(413, file_too_large(limits_.file_bytes_max));
  if (!check_->feed(bytes)) return refuse_type(file_->type);
  file_bytes_ += base::as_text(bytes);
}

void UploadForm::on_part_end() {
  if (refusal_) return;
  if (field_) *field_ = to_utf8(value_);
  // Nothing at all is told as a wrong size, with the other faults.
  if (in_file_ && file_->size > 0 && !check_->finish()) refuse_type(file_->type);
  field_ = nullptr;
  in_file_ = false;
}

}  // namespace parley::chat
