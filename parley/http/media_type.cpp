#include "parley/http/media_type.h"

#include <algorithm>
#include <array>
#include <utility>

#include "parley/http/headers.h"

namespace parley::http {

std::string_view media_type_of(std::string_view file_name) {
  // What pages are made of. Text says that it is UTF-8, since nothing in the file may.
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 23> types{{
      {"html", "text/html; charset=utf-8"},
      {"js", "text/javascript; charset=utf-8"},
      {"mjs", "text/javascript; charset=utf-8"},
      {"css", "text/css; charset=utf-8"},
      {"json", "application/json; charset=utf-8"},
      {"map", "application/json; charset=utf-8"},
      {"webmanifest", "application/manifest+json; charset=utf-8"},
      {"txt", "text/plain; charset=utf-8"},
      {"xml", "application/xml; charset=utf-8"},
      {"svg", "image/svg+xml; charset=utf-8"},
      {"png", "image/png"},
      {"jpg", "image/jpeg"},
      {"jpeg", "image/jpeg"},
      {"gif", "image/gif"},
      {"webp", "image/webp"},
      {"avif", "image/avif"},
      {"ico", "image/x-icon"},
      {"woff2", "font/woff2"},
      {"wasm", "application/wasm"},
      {"mp3", "audio/mpeg"},
      {"ogg", "audio/ogg"},
      {"wav", "audio/wav"},
      {"mp4", "video/mp4"},
  }};
  constexpr std::string_view unknown = "application/octet-stream";
  auto const name = file_name.substr(file_name.rfind('/') + 1);
  auto const dot = name.rfind('.');
  if (dot == name.npos) return unknown;
  auto const ending = name.substr(dot + 1);
  auto const found =
      std::ranges::find_if(types, [&](auto const& each) { return equal_ignoring_case(each.first, ending); });
  return found == types.end() ? unknown : found->second;
}

}  // namespace parley::http
