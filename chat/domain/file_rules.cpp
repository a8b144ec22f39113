#include "chat/domain/file_rules.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "chat/domain/text_rules.h"

namespace parley::chat {
namespace {

constexpr std::size_t name_units_max = 255;
/// So much of a file decides what it is; a tar archive says so last, behind 257 bytes.
constexpr std::size_t begin_bytes = 1024;

using Looks = bool (*)(std::string_view begin);

bool has_at(std::string_view begin, std::size_t at, std::string_view mark) {
  return begin.size() >= at + mark.size() && begin.substr(at, mark.size()) == mark;
}
template <std::size_t N>
constexpr std::string_view bytes(char const (&literal)[N]) {
  return {literal, N - 1};
}

bool is_jpeg(std::string_view begin) { return begin.starts_with(bytes("\xFF\xD8\xFF")); }
bool is_png(std::string_view begin) { return begin.starts_with(bytes("\x89PNG\r\n\x1A\n")); }
bool is_gif(std::string_view begin) { return begin.starts_with("GIF87a") || begin.starts_with("GIF89a"); }
bool is_bmp(std::string_view begin) { return begin.starts_with("BM"); }
bool is_riff(std::string_view begin, std::string_view form) {
  return has_at(begin, 0, "RIFF") && has_at(begin, 8, form);
}
bool is_webp(std::string_view begin) { return is_riff(begin, "WEBP"); }
bool is_wav(std::string_view begin) { return is_riff(begin, "WAVE"); }
bool is_avi(std::string_view begin) { return is_riff(begin, "AVI "); }
bool is_matroska(std::string_view begin) { return begin.starts_with(bytes("\x1A\x45\xDF\xA3")); }
bool is_ogg(std::string_view begin) { return begin.starts_with("OggS"); }
bool is_asf(std::string_view begin) { return begin.starts_with(bytes("\x30\x26\xB2\x75\x8E\x66\xCF\x11")); }
bool is_iso_media(std::string_view begin) { return has_at(begin, 4, "ftyp"); }
/// QuickTime files older than the standard begin with any of their boxes.
bool is_quicktime(std::string_view begin) {
  constexpr std::array<std::string_view, 6> boxes{"ftyp", "moov", "mdat", "free", "skip", "wide"};
  return std::ranges::any_of(boxes, [begin](auto box) { return has_at(begin, 4, box); });
}
/// A frame of MPEG audio, whose first eleven bits are set, with the two bits of the layer as `layer` says.
bool is_mpeg_frame(std::string_view begin, bool layer) {
  if (begin.size() < 2 || begin[0] != '\xFF') return false;
  auto const second = static_cast<unsigned char>(begin[1]);
  return (second & 0xE0) == 0xE0 && ((second & 0x06) != 0) == layer;
}
bool is_mp3(std::string_view begin) { return begin.starts_with("ID3") || is_mpeg_frame(begin, true); }
bool is_aac(std::string_view begin) {
  return begin.starts_with("ID3") || begin.starts_with("ADIF") || is_mpeg_frame(begin, false) || is_iso_media(begin);
}
/// Readers look for the mark within the first kilobyte.
bool is_pdf(std::string_view begin) { return begin.find("%PDF-") != std::string_view::npos; }
bool is_ole(std::string_view begin) { return begin.starts_with(bytes("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")); }
bool is_zip(std::string_view begin) {
  return begin.starts_with(bytes("PK\x03\x04")) || begin.starts_with(bytes("PK\x05\x06")) ||
         begin.starts_with(bytes("PK\x07\x08"));
}
bool is_rar(std::string_view begin) { return begin.starts_with(bytes("Rar!\x1A\x07")); }
bool is_tar(std::string_view begin) { return has_at(begin, 257, "ustar"); }
bool is_gzip(std::string_view begin) { return begin.starts_with(bytes("\x1F\x8B")); }

/// Not one of the files that begin with a mark no text begins with.
bool is_text(std::string_view begin) {
  constexpr std::array<Looks, 11> marked{is_jpeg, is_png,       is_gif, is_matroska, is_ogg, is_asf,
                                         is_ole,  is_iso_media, is_zip, is_rar,      is_gzip};
  return !begin.starts_with("%PDF-") &&
         !begin.starts_with(bytes("\x7F"
                                  "ELF")) &&
         std::ranges::none_of(marked, [begin](Looks looks) { return looks(begin); });
}
bool is_markup(std::string_view begin) {
  if (begin.starts_with(bytes("\xEF\xBB\xBF"))) begin.remove_prefix(3);
  return is_text(begin) && trimmed(begin).starts_with('<');
}

enum class Kind { binary, text };
struct AllowedType {
  std::string_view name;
  Kind kind;
  Looks looks;
};

/// The contract's list, with how a file of each type begins.
constexpr std::array allowed_types{
    AllowedType{"image/jpeg", Kind::binary, is_jpeg},
    AllowedType{"image/jpg", Kind::binary, is_jpeg},
    AllowedType{"image/png", Kind::binary, is_png},
    AllowedType{"image/gif", Kind::binary, is_gif},
    AllowedType{"image/webp", Kind::binary, is_webp},
    AllowedType{"image/svg+xml", Kind::text, is_markup},
    AllowedType{"image/bmp", Kind::binary, is_bmp},
    AllowedType{"video/mp4", Kind::binary, is_iso_media},
    AllowedType{"video/webm", Kind::binary, is_matroska},
    AllowedType{"video/ogg", Kind::binary, is_ogg},
    AllowedType{"video/avi", Kind::binary, is_avi},
    AllowedType{"video/mov", Kind::binary, is_quicktime},
    AllowedType{"video/wmv", Kind::binary, is_asf},
    AllowedType{"audio/mpeg", Kind::binary, is_mp3},
    AllowedType{"audio/mp3", Kind::binary, is_mp3},
    AllowedType{"audio/wav", Kind::binary, is_wav},
    AllowedType{"audio/ogg", Kind::binary, is_ogg},
    AllowedType{"audio/webm", Kind::binary, is_matroska},
    AllowedType{"audio/m4a", Kind::binary, is_iso_media},
    AllowedType{"audio/aac", Kind::binary, is_aac},
    AllowedType{"audio/mp4", Kind::binary, is_iso_media},
    AllowedType{"application/pdf", Kind::binary, is_pdf},
    AllowedType{"application/json", Kind::text, is_text},
    AllowedType{"application/xml", Kind::text, is_markup},
    AllowedType{"application/msword", Kind::binary, is_ole},
    AllowedType{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", Kind::binary, is_zip},
    AllowedType{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Kind::binary, is_zip},
    AllowedType{"application/vnd.openxmlformats-officedocument.presentationml.presentation", Kind::binary, is_zip},
    AllowedType{"application/vnd.ms-excel", Kind::binary, is_ole},
    AllowedType{"application/vnd.ms-powerpoint", Kind::binary, is_ole},
    AllowedType{"application/zip", Kind::binary, is_zip},
    AllowedType{"application/x-rar-compressed", Kind::binary, is_rar},
    AllowedType{"application/x-tar", Kind::binary, is_tar},
    AllowedType{"application/gzip", Kind::binary, is_gzip},
    AllowedType{"text/plain", Kind::text, is_text},
    AllowedType{"text/csv", Kind::text, is_text},
    AllowedType{"text/xml", Kind::text, is_markup},
};

AllowedType const* find_type(std::string_view type) {
  auto const found = std::ranges::find(allowed_types, type, &AllowedType::name);
  return found == allowed_types.end() ? nullptr : &*found;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

constexpr char32_t no_character = 0xFFFD;

/// Takes one character off the front; U+FFFD for a byte that begins none.
char32_t take_character(std::string_view& text) {
  auto const byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  auto const lead = byte(0);
  std::size_t const length = lead < 0x80         ? 1
                             : lead >> 5 == 0x06 ? 2
                             : lead >> 4 == 0x0E ? 3
                             : lead >> 3 == 0x1E ? 4
                                                 : 0;
  char32_t character = length == 1 ? lead : length == 0 ? 0 : char32_t{lead} & (0x7Fu >> length);
  bool good = length > 0 && length <= text.size();
  for (std::size_t i = 1; good && i < length; ++i) {
    good = (byte(i) & 0xC0) == 0x80;
    character = character << 6 | (byte(i) & 0x3F);
  }
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  good = good && character >= least[length] && character <= 0x10FFFF && !(character >= 0xD800 && character <= 0xDFFF);
  text.remove_prefix(good ? length : 1);
  return good ? character : no_character;
}

void append_character(std::string& out, char32_t character) {
  auto const put = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (character < 0x80) return put(character);
  if (character < 0x800) {
    put(0xC0 | character >> 6);
  } else {
    if (character < 0x10000) {
      put(0xE0 | character >> 12);
    } else {
      put(0xF0 | character >> 18);
      put(0x80 | (character >> 12 & 0x3F));
    }
    put(0x80 | (character >> 6 & 0x3F));
  }
  put(0x80 | (character & 0x3F));
}

/// Controls, and the marks that make text run the other way: with them `exe.txt` can be shown for `txt.exe`.
bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
         c == 0x2028 || c == 0x2029;
}

Json shown(std::optional<std::string> const& field) { return field ? Json(*field) : Json{}; }

std::string in_words(std::uint64_t seconds) {
  bool const minutes = seconds % 60 == 0;
  auto const count = minutes ? seconds / 60 : seconds;
  return std::to_string(count) + (minutes ? " minute" : " second") + (count == 1 ? "" : "s");
}

bool is_between(std::optional<std::string> const& field, std::uint64_t least, std::uint64_t most) {
  auto const number = field ? whole_number(*field) : std::nullopt;
  return number && *number >= least && *number <= most;
}

void check_size(UploadFields const& fields, std::optional<std::uint64_t> bytes, FileLimits const& limits,
                std::vector<FieldFault>& faults) {
  if (is_between(fields.file_size, 1, limits.file_bytes_max) && bytes != 0) return;
  faults.push_back({"fileSize", "File size must be between 1 byte and " + in_megabytes(limits.file_bytes_max),
                    shown(fields.file_size)});
}

}  // namespace

std::string canonical_type(std::string_view content_type) {
  std::string type(trimmed(content_type.substr(0, content_type.find(';'))));
  for (auto& c : type) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return type.empty() ? "text/plain" : type;
}

bool is_allowed_type(std::string_view type) { return find_type(type) != nullptr; }

bool is_image(std::string_view type) { return type.starts_with("image/"); }

bool is_voice_type(std::string_view type) { return type.starts_with("audio/") || type == "video/webm"; }

std::string_view category_of(std::string_view type) {
  for (std::string_view word : {"image", "video", "audio"}) {
    if (type.starts_with(word) && type.substr(word.size()).starts_with('/')) return word;
  }
  if (contains(type, "pdf")) return "pdf";
  for (auto const* office : {"wordprocessingml", "spreadsheetml", "presentationml"}) {
    if (contains(type, office)) return "document";
  }
  if (type.starts_with("text/") || contains(type, "json") || contains(type, "xml") || contains(type, "csv")) {
    return "text";
  }
  for (auto const* packed : {"zip", "rar", "tar"}) {
    if (contains(type, packed)) return "archive";
  }
  return "document";
}

ContentCheck::ContentCheck(std::string_view type) : type_(type) {
  auto const* allowed = find_type(type);
  is_text_ = allowed && allowed->kind == Kind::text;
}

bool ContentCheck::begins_well() const {
  auto const* allowed = find_type(type_);
  return allowed && allowed->looks(begin_);
}

bool ContentCheck::feed(base::BytesView bytes) {
  auto const text = base::as_text(bytes);
  if (is_text_ && contains(text, std::string_view("\0", 1))) is_good_ = false;
  if (is_good_ && !is_decided_) {
    begin_ += text.substr(0, begin_bytes - begin_.size());
    if (begin_.size() == begin_bytes) {
      is_decided_ = true;
      is_good_ = begins_well();
      begin_ = {};
    }
  }
  return is_good_;
}

bool ContentCheck::finish() const { return is_good_ && (is_decided_ || begins_well()); }

std::string to_utf8(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) append_character(text, take_character(bytes));
  return text;
}

std::string safe_file_name(std::string_view sent) {
  if (auto const folder = sent.find_last_of("/\\"); folder != std::string_view::npos) sent.remove_prefix(folder + 1);
  std::string name;
  std::size_t units = 0;
  while (!sent.empty()) {
    auto const character = take_character(sent);
    if (is_control(character)) continue;
    units += character < 0x10000 ? 1 : 2;
    if (units > name_units_max) break;
    append_character(name, character);
  }
  std::string const kept(trimmed(name));
  return kept.find_first_not_of('.') == std::string::npos ? "file" : kept;
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::uint64_t number = 0;
  auto const read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc{} ? std::optional(number) : std::nullopt;
}

std::string in_megabytes(std::uint64_t bytes) {
  // Two decimals at most, and none that say nothing.
  constexpr std::uint64_t megabyte = 1024 * 1024;
  auto const hundredths = (bytes * 100 + megabyte / 2) / megabyte;
  auto text = std::to_string(hundredths / 100);
  if (auto const rest = hundredths % 100; rest != 0) {
    text += '.' + std::to_string(rest / 10);
    if (rest % 10 != 0) text += std::to_string(rest % 10);
  }
  return text + "MB";
}

std::string file_too_large(std::uint64_t bytes_max) {
  return "File too large. Maximum size is " + in_megabytes(bytes_max);
}

std::vector<FieldFault> faults_of_upload(UploadFields const& fields, std::optional<std::uint64_t> bytes,
                                         FileLimits const& limits) {
  std::vector<FieldFault> faults;
  auto const units = fields.filename ? utf16_units(*fields.filename) : 0;
  if (units < 1 || units > name_units_max) {
    faults.push_back({"filename", "Filename must be between 1 and 255 characters", shown(fields.filename)});
  }
  constexpr std::array<std::string_view, 4> types{"image", "video", "audio", "document"};
  if (!fields.file_type || std::ranges::find(types, *fields.file_type) == types.end()) {
    faults.push_back({"fileType", "Invalid file type", shown(fields.file_type)});
  }
  check_size(fields, bytes, limits, faults);
  return faults;
}

std::vector<FieldFault> faults_of_voice_note(UploadFields const& fields, std::optional<std::uint64_t> bytes,
                                             FileLimits const& limits) {
  std::vector<FieldFault> faults;
  if (!is_between(fields.duration, 1, limits.voice_seconds_max)) {
    faults.push_back({"duration",
                      "Voice note duration must be between 1 second and " + in_words(limits.voice_seconds_max),
                      shown(fields.duration)});
  }
  check_size(fields, bytes, limits, faults);
  return faults;
}

}  // namespace parley::chat
