#include "chat/app/upload_form.h"

#include <doctest/doctest.h>

using namespace parley;
using namespace parley::chat;

namespace {

std::string const png = "\x89PNG\r\n\x1A\n picture";

std::string field(std::string_view name, std::string_view value) {
  return "--b\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"\r\n\r\n" + std::string(value) +
         "\r\n";
}
std::string file(std::string_view content, std::string_view type = "image/png", std::string_view name = "a.png",
                 std::string_view field_name = "file") {
  return "--b\r\nContent-Disposition: form-data; name=\"" + std::string(field_name) + "\"; filename=\"" +
         std::string(name) + "\"\r\nContent-Type: " + std::string(type) + "\r\n\r\n" + std::string(content) + "\r\n";
}
std::string const end = "--b--\r\n";

struct Outcome {
  std::string refusal;  ///< empty: none
  unsigned status = 200;
  UploadFields fields;
  std::optional<UploadForm::File> file;
  std::string bytes;
};

Outcome read(std::string_view body, UploadKind kind = UploadKind::file, FileLimits limits = {},
             std::size_t piece_bytes = 7) {
  UploadForm form(kind, "b", limits);
  std::string bytes;
  auto const refused = [](UploadRefusal const& why) { return Outcome{why.message, why.status, {}, {}, {}}; };
  for (; !body.empty(); body.remove_prefix(std::min(piece_bytes, body.size()))) {
    if (auto const fed = form.feed(base::as_bytes(body.substr(0, piece_bytes))); !fed) return refused(fed.error());
    bytes += form.take_file_bytes();
  }
  if (auto const finished = form.finish(); !finished) return refused(finished.error());
  return {"", 200, form.fields(), form.file(), bytes};
}

}  // namespace

TEST_CASE("a form gives its fields and its file, in any order and however it is cut") {
  auto const fields = field("filename", "x") + field("fileType", "image") + field("fileSize", "5") +
                      field("roomId", "r") + field("duration", "3") + field("other", "?");
  for (auto const& body : {fields + file(png) + end, file(png) + fields + end}) {
    for (auto const piece_bytes : {1u, 10u, 10'000u}) {
      auto const read_form = read(body, UploadKind::file, {}, piece_bytes);
      CHECK(read_form.refusal == "");
      CHECK(read_form.fields.filename == "x");
      CHECK(read_form.fields.file_type == "image");
      CHECK(read_form.fields.file_size == "5");
      CHECK(read_form.fields.room == "r");
      CHECK(read_form.fields.duration == "3");
      REQUIRE(read_form.file);
      CHECK(read_form.file->type == "image/png");
      CHECK(read_form.file->name == "a.png");
      CHECK(read_form.file->size == png.size());
      CHECK(read_form.bytes == png);
    }
  }
}

TEST_CASE("only one file, in its own field, is taken") {
  CHECK(read(file(png, "image/png", "a.png", "other") + end).refusal == "Unexpected field name for file upload");
  CHECK(read(file(png) + file(png) + end).refusal == "Too many files. Only one file allowed per upload");
  CHECK_FALSE(read(field("file", "not a file") + end).file);
  CHECK_FALSE(read(file("", "application/octet-stream", "") + end).file);
}

TEST_CASE("a file of a type that is not allowed, or of another than it says, is refused") {
  CHECK(read(file("x", "application/x-msdownload") + end).refusal == "File type not allowed: application/x-msdownload");
  CHECK(read(file("<html></html>") + end).refusal == "File type not allowed: image/png");
  CHECK(read(file("x", "Text/HTML; charset=utf-8") + end).refusal == "File type not allowed: text/html");
  CHECK(read(file("words", "Text/Plain; charset=utf-8") + end).refusal == "");
}

TEST_CASE("a file may be exactly as large as allowed and not a byte larger") {
  FileLimits const limits{.file_bytes_max = 1000, .voice_seconds_max = 300};
  CHECK(read(file(png + std::string(1000 - png.size(), 'x')) + end, UploadKind::file, limits).refusal == "");
  auto const larger = read(file(png + std::string(1001 - png.size(), 'x')) + end, UploadKind::file, limits);
  CHECK(larger.status == 413);
  CHECK(larger.refusal == "File too large. Maximum size is 0MB");
}

TEST_CASE("§11.2-audio: voice notes are audio, or what recorders call video") {
  std::string const webm = "\x1A\x45\xDF\xA3 sound";
  CHECK(read(file(webm, "audio/webm;codecs=opus", "note") + end, UploadKind::voice_note).refusal == "");
  CHECK(read(file(webm, "video/webm", "note") + end, UploadKind::voice_note).refusal == "");
  CHECK(read(file(png) + end, UploadKind::voice_note).refusal == "Voice notes must be audio");
  CHECK(read(file("x", "audio/midi") + end, UploadKind::voice_note).refusal == "File type not allowed: audio/midi");
}

TEST_CASE("what is no form, or never ends, is refused") {
  CHECK(read("nothing of the kind").refusal == "Invalid multipart form data");
  CHECK(read(file(png)).refusal == "Invalid multipart form data");
  CHECK(read(field("filename", std::string(5000, 'x')) + end).refusal == "Field value too long");
  std::string many;
  for (int i = 0; i < 1000; ++i) many += field("other", "x");
  CHECK(read(many + end).refusal == "Invalid multipart form data");
}

TEST_CASE("fields are text whatever bytes they are, and the first of a name counts") {
  auto const form = read(field("filename", "a\xFF") + field("filename", "b") + end);
  CHECK(form.fields.filename == "a\xEF\xBF\xBD");
}
