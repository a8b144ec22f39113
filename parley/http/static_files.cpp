#include "parley/http/static_files.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "parley/base/assert.h"
#include "parley/http/media_type.h"

namespace parley::http {
namespace {

/// Enough of a hash that two contents never share it.
std::string tag_of(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size(), digest.data());
  constexpr std::string_view digits = "0123456789abcdef";
  std::string tag;
  for (auto const byte : std::span(digest).first(16)) {
    tag += digits[byte >> 4];
    tag += digits[byte & 15];
  }
  return tag;
}

std::string joined(std::vector<std::string_view> const& values) {
  std::string list;
  for (auto const value : values) list += (list.empty() ? "" : ",") + std::string(value);
  return list;
}

/// Whether one of the tags of an If-None-Match is ours. Whether it is called weak does not matter here.
bool lists(std::string_view tags, std::string_view tag) {
  while (!tags.empty()) {
    auto const comma = std::min(tags.find(','), tags.size());
    auto each = trim(tags.substr(0, comma));
    tags.remove_prefix(std::min(comma + 1, tags.size()));
    if (each == "*") return true;
    if (each.starts_with("W/")) each.remove_prefix(2);
    if (each == tag) return true;
  }
  return false;
}

}  // namespace

StaticFiles::StaticFiles(std::span<StaticFile const> files) {
  for (auto const& file : files) files_.push_back({file, tag_of(file.bytes)});
  std::ranges::sort(files_, {}, [](Kept const& kept) { return kept.file.path; });
}

StaticFiles::Kept const* StaticFiles::find(std::string_view path) const {
  auto const by_path = [](Kept const& kept) { return kept.file.path; };
  auto const found = std::ranges::lower_bound(files_, path, {}, by_path);
  return found != files_.end() && found->file.path == path ? &*found : nullptr;
}

std::vector<std::string_view> StaticFiles::paths() const {
  std::vector<std::string_view> all;
  for (auto const& kept : files_) all.push_back(kept.file.path);
  return all;
}

Response StaticFiles::answer(std::string_view path, Caching caching, RequestHead const& request) const {
  auto const* kept = find(path);
  PARLEY_ASSERT(kept);
  auto const& file = kept->file;
  std::vector<ContentCoding> available;
  if (!file.brotli.empty()) available.push_back(ContentCoding::brotli);
  if (!file.gzip.empty()) available.push_back(ContentCoding::gzip);
  auto const coding = choose_coding(joined(request.headers.all("accept-encoding")), available);

  Response response;
  auto tag = '"' + kept->tag;
  if (coding != ContentCoding::identity) tag += '-' + std::string(to_string(coding));
  tag += '"';
  response.headers.set("ETag", tag);
  response.headers.set("Cache-Control",
                       caching == Caching::for_ever ? "public, max-age=31536000, immutable" : "no-cache");
  if (!available.empty()) response.headers.set("Vary", "Accept-Encoding");
  if (lists(joined(request.headers.all("if-none-match")), tag)) {
    response.status = 304;
    return response;
  }
  response.headers.set("Content-Type", media_type_of(file.path));
  if (coding != ContentCoding::identity) response.headers.set("Content-Encoding", to_string(coding));
  auto const bytes = coding == ContentCoding::brotli ? file.brotli
                     : coding == ContentCoding::gzip ? file.gzip
                                                     : file.bytes;
  response.body = std::string(bytes);
  return response;
}

}  // namespace parley::http
