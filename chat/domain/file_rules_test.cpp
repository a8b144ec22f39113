#include "chat/domain/file_rules.h"

#include <doctest/doctest.h>

#include <map>

using namespace parley::chat;
using namespace std::string_literals;
using parley::base::as_bytes;

namespace {

/// How a real file of each type begins.
std::map<std::string, std::string> const beginnings{
    {"image/jpeg", "\xFF\xD8\xFF\xE0\x00\x10JFIF"s},
    {"image/jpg",
     "\xFF\xD8\xFF\xE1\x00\x10"
     "Exif"s},
    {"image/png", "\x89PNG\r\n\x1A\n\x00\x00\x00\rIHDR"s},
    {"image/gif", "GIF89a\x01\x00\x01\x00"s},
    {"image/webp", "RIFF\x24\x00\x00\x00WEBPVP8 "s},
    {"image/svg+xml", "\xEF\xBB\xBF <?xml version=\"1.0\"?><svg/>"s},
    {"image/bmp", "BM\x3E\x00\x00\x00"s},
    {"video/mp4",
     "\x00\x00\x00\x20"
     "ftypisom"s},
    {"video/webm", "\x1A\x45\xDF\xA3\x01\x00"s},
    {"video/ogg", "OggS\x00\x02"s},
    {"video/avi",
     "RIFF\x24\x00\x00\x00"
     "AVI LIST"s},
    {"video/mov", "\x00\x00\x00\x08wide\x00\x00\x00\x00mdat"s},
    {"video/wmv", "\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9"s},
    {"audio/mpeg", "\xFF\xFB\x90\x64\x00"s},
    {"audio/mp3", "ID3\x04\x00"s},
    {"audio/wav", "RIFF\x24\x00\x00\x00WAVEfmt "s},
    {"audio/ogg", "OggS\x00\x02"s},
    {"audio/webm", "\x1A\x45\xDF\xA3\x01\x00"s},
    {"audio/m4a",
     "\x00\x00\x00\x20"
     "ftypM4A "s},
    {"audio/aac", "\xFF\xF1\x50\x80"s},
    {"audio/mp4",
     "\x00\x00\x00\x20"
     "ftypmp42"s},
    {"application/pdf", "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n"s},
    {"application/json", "{\"a\": [1, 2]}"s},
    {"application/xml", "<?xml version=\"1.0\"?><a/>"s},
    {"application/msword", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\x00\x00"s},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "PK\x03\x04\x14\x00"s},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK\x03\x04\x14\x00"s},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation", "PK\x03\x04\x14\x00"s},
    {"application/vnd.ms-excel", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\x00\x00"s},
    {"application/vnd.ms-powerpoint", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\x00\x00"s},
    {"application/zip", "PK\x05\x06\x00\x00"s},
    {"application/x-rar-compressed", "Rar!\x1A\x07\x01\x00"s},
    {"application/x-tar", std::string(257, 'x') + "ustar\x00"
                                                  "00"s},
    {"application/gzip", "\x1F\x8B\x08\x00"s},
    {"text/plain", "just words\n"s},
    {"text/csv", "a,b\n1,2\n"s},
    {"text/xml", "<a/>"s},
};

bool fits(std::string const& type, std::string const& content, std::size_t piece_bytes = 5000) {
  ContentCheck check(type);
  for (std::size_t at = 0; at < content.size(); at += piece_bytes) {
    if (!check.feed(as_bytes(std::string_view(content).substr(at, piece_bytes)))) return false;
  }
  return check.finish();
}

std::vector<std::string> texts(std::vector<FieldFault> const& faults) {
  std::vector<std::string> all;
  for (auto const& fault : faults) all.push_back(fault.path + ": " + fault.message);
  return all;
}

}  // namespace

TEST_CASE("§11.1-type: the types of the contract are taken, in any case and with any parameters, and no others") {
  CHECK(beginnings.size() == 37);
  for (auto const& [type, content] : beginnings) {
    CAPTURE(type);
    CHECK(is_allowed_type(type));
  }
  CHECK(is_allowed_type(canonical_type(" Image/PNG ; charset=x")));
  CHECK(canonical_type("") == "text/plain");
  for (auto const* type : {"text/html", "application/xhtml+xml", "application/javascript", "image/tiff", "image", "",
                           "application/octet-stream", "image/png2", "video/quicktime"}) {
    CAPTURE(type);
    CHECK_FALSE(is_allowed_type(type));
  }
}

TEST_CASE("§11.3-category: the category of a type is the first that fits") {
  std::string const office = "application/vnd.openxmlformats-officedocument.";
  for (auto const& [type, category] :
       std::map<std::string, std::string>{{"image/svg+xml", "image"},
                                          {"video/mp4", "video"},
                                          {"audio/mpeg", "audio"},
                                          {"application/pdf", "pdf"},
                                          {"text/plain", "text"},
                                          {"text/csv", "text"},
                                          {"application/json", "text"},
                                          {"application/xml", "text"},
                                          {office + "wordprocessingml.document", "document"},
                                          {office + "spreadsheetml.sheet", "document"},
                                          {office + "presentationml.presentation", "document"},
                                          {"application/msword", "document"},
                                          {"application/zip", "archive"},
                                          {"application/x-rar-compressed", "archive"},
                                          {"application/x-tar", "archive"},
                                          {"application/gzip", "archive"}}) {
    CAPTURE(type);
    CHECK(category_of(type) == category);
  }
  CHECK(is_image("image/png"));
  CHECK_FALSE(is_image("video/mp4"));
  CHECK(is_voice_type("audio/webm"));
  CHECK(is_voice_type("video/webm"));
  CHECK_FALSE(is_voice_type("video/mp4"));
}

TEST_CASE("a file is of its type if it begins like one, however it is cut") {
  for (auto const& [type, content] : beginnings) {
    CAPTURE(type);
    CHECK(fits(type, content));
    CHECK(fits(type, content, 1));
    CHECK(fits(type, content + std::string(3000, 'x')));
    CHECK_FALSE(fits(type, std::string(2000, '\0')));
  }
}

TEST_CASE("a page is no picture, sound, film or archive") {
  std::string const page = "<!DOCTYPE html><script>alert(1)</script>";
  for (auto const& [type, content] : beginnings) {
    bool const is_text = category_of(type) == "text" || type == "image/svg+xml";
    CAPTURE(type);
    CHECK(fits(type, page) == is_text);
    CHECK(fits(type, page + std::string(2000, ' ')) == is_text);
  }
}

TEST_CASE("a text holds no zero byte anywhere and does not begin like another file") {
  CHECK(fits("text/plain", std::string(3000, 'x')));
  CHECK_FALSE(fits("text/plain", std::string(3000, 'x') + '\0'));
  for (auto const* type : {"image/png", "image/jpeg", "image/gif", "application/pdf", "application/zip", "video/mp4",
                           "application/gzip", "application/x-rar-compressed", "application/msword"}) {
    CAPTURE(type);
    CHECK_FALSE(fits("text/plain", beginnings.at(type)));
    CHECK_FALSE(fits("application/json", beginnings.at(type)));
  }
  CHECK_FALSE(fits("image/svg+xml", "just words"));
  CHECK_FALSE(fits("image/svg+xml", "\x89PNG\r\n\x1A\n<svg/>"));
}

TEST_CASE("§11.1-name: a shown name has no folders, no controls and at most 255 characters, and is never empty") {
  CHECK(safe_file_name("photo.png") == "photo.png");
  CHECK(safe_file_name("../../etc/passwd") == "passwd");
  CHECK(safe_file_name("C:\\Users\\me\\photo.png") == "photo.png");
  CHECK(safe_file_name("/etc/") == "file");
  CHECK(safe_file_name("..") == "file");
  CHECK(safe_file_name("") == "file");
  CHECK(safe_file_name(" \t ") == "file");
  CHECK(safe_file_name("a\r\nb\0c\x7F.txt"s) == "abc.txt");
  CHECK(safe_file_name("\xE2\x80\xAEgpj.exe") == "gpj.exe");
  CHECK(safe_file_name("r\xC3\xA9sum\xC3\xA9 \xF0\x9F\x99\x82.pdf") == "r\xC3\xA9sum\xC3\xA9 \xF0\x9F\x99\x82.pdf");
  CHECK(safe_file_name("a\xFF\xC3.txt") == "a\xEF\xBF\xBD\xEF\xBF\xBD.txt");
  CHECK(safe_file_name(std::string(300, 'x')) == std::string(255, 'x'));
  std::string faces;
  for (int i = 0; i < 200; ++i) faces += "\xF0\x9F\x99\x82";
  CHECK(safe_file_name(faces) == faces.substr(0, 127 * 4));
}

TEST_CASE("bytes become text whatever they are") {
  CHECK(to_utf8("plain") == "plain");
  CHECK(to_utf8("\xC3\xA9") == "\xC3\xA9");
  CHECK(to_utf8("\xC0\xAF") == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(to_utf8("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(to_utf8("\xF4\x90\x80\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_CASE("§11.1-metadata: what is said of an upload is checked in the contract's order and words") {
  UploadFields const good{"a.png", "image", "7", {}, "room"};
  CHECK(faults_of_upload(good, 7, {}).empty());
  CHECK(texts(faults_of_upload({}, std::nullopt, {})) ==
        std::vector<std::string>{"filename: Filename must be between 1 and 255 characters",
                                 "fileType: Invalid file type", "fileSize: File size must be between 1 byte and 10MB"});
  auto const size_is_good = [&](std::string const& size) {
    auto fields = good;
    fields.file_size = size;
    return faults_of_upload(fields, 7, {}).empty();
  };
  CHECK(size_is_good("1"));
  CHECK(size_is_good("10485760"));
  for (auto const* size : {"0", "-1", "10485761", "1.5", "", "abc", "1e3", "99999999999999999999999"}) {
    CAPTURE(size);
    CHECK_FALSE(size_is_good(size));
  }
  // The real size counts as well, and so does its absence.
  CHECK(faults_of_upload(good, 0, {}).size() == 1);
  CHECK(faults_of_upload(good, std::nullopt, {}).empty());
  auto fields = good;
  fields.filename = std::string(256, 'x');
  fields.file_type = "Image";
  CHECK(faults_of_upload(fields, 7, {}).size() == 2);
}

TEST_CASE("§11.2-errors: what is said of a voice note is checked in the contract's words") {
  UploadFields const good{{}, {}, "7", "300", "room"};
  CHECK(faults_of_voice_note(good, 7, {}).empty());
  CHECK(texts(faults_of_voice_note({}, std::nullopt, {})) ==
        std::vector<std::string>{"duration: Voice note duration must be between 1 second and 5 minutes",
                                 "fileSize: File size must be between 1 byte and 10MB"});
  for (auto const* duration : {"0", "301", "1.5", "-1", ""}) {
    auto fields = good;
    fields.duration = duration;
    CAPTURE(duration);
    CHECK(faults_of_voice_note(fields, 7, {}).size() == 1);
  }
  CHECK(texts(faults_of_voice_note({}, 7, {.file_bytes_max = 1024 * 1024, .voice_seconds_max = 90}))[0] ==
        "duration: Voice note duration must be between 1 second and 90 seconds");
}

TEST_CASE("sizes are told in megabytes") {
  CHECK(in_megabytes(10'485'760) == "10MB");
  CHECK(in_megabytes(1'572'864) == "1.5MB");
  CHECK(in_megabytes(65'536) == "0.06MB");
  CHECK(file_too_large(5 * 1024 * 1024) == "File too large. Maximum size is 5MB");
}
