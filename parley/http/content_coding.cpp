#include "parley/http/content_coding.h"

#include <algorithm>
#include <optional>

#include "parley/http/headers.h"

namespace parley::http {
namespace {

/// The weight in thousandths; nothing when it is none, such as `q=2` or `q=0.12345`.
std::optional<unsigned> weight_of(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  unsigned thousandths = text[0] == '1' ? 1000 : 0;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  unsigned place = 100;
  for (auto const digit : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (digit < '0' || digit > '9') return std::nullopt;
    thousandths += place * static_cast<unsigned>(digit - '0');
    place /= 10;
  }
  return thousandths <= 1000 ? std::optional(thousandths) : std::nullopt;
}

struct Preference {
  std::string_view coding;
  unsigned weight = 1000;
};

/// One element of the list; nothing when it is malformed.
std::optional<Preference> read_preference(std::string_view element) {
  auto const semicolon = element.find(';');
  Preference preference{trim(element.substr(0, semicolon))};
  if (!is_token(preference.coding)) return std::nullopt;
  if (semicolon == element.npos) return preference;
  auto const parameter = trim(element.substr(semicolon + 1));
  auto const equals = parameter.find('=');
  if (equals == parameter.npos || !equal_ignoring_case(trim(parameter.substr(0, equals)), "q")) return std::nullopt;
  auto const weight = weight_of(trim(parameter.substr(equals + 1)));
  if (!weight) return std::nullopt;
  preference.weight = *weight;
  return preference;
}

bool names(std::string_view word, ContentCoding coding) {
  return equal_ignoring_case(word, to_string(coding)) ||
         (coding == ContentCoding::gzip && equal_ignoring_case(word, "x-gzip"));
}

/// What the list says of a coding: its own word goes before `*`, and identity is accepted when nothing speaks of it.
unsigned weight_in(std::string_view list, ContentCoding coding) {
  std::optional<unsigned> own, any;
  while (!list.empty()) {
    auto const comma = std::min(list.find(','), list.size());
    auto const preference = read_preference(trim(list.substr(0, comma)));
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (!preference) continue;
    if (names(preference->coding, coding)) own = preference->weight;
    if (preference->coding == "*") any = preference->weight;
  }
  // Unless it is named, any coding that is accepted at all goes before it.
  if (coding == ContentCoding::identity) return own.value_or(0);
  return own.value_or(any.value_or(0));
}

}  // namespace

std::string_view to_string(ContentCoding coding) {
  switch (coding) {
    case ContentCoding::gzip:
      return "gzip";
    case ContentCoding::brotli:
      return "br";
    case ContentCoding::identity:
      break;
  }
  return "identity";
}

ContentCoding choose_coding(std::string_view accept_encoding, std::span<ContentCoding const> available) {
  auto best = ContentCoding::identity;
  auto best_weight = weight_in(accept_encoding, best);
  for (auto const coding : available) {
    auto const weight = weight_in(accept_encoding, coding);
    if (coding == ContentCoding::identity || weight == 0 || weight < best_weight) continue;
    // Of two that are liked alike the earlier stays, unless that is identity.
    if (weight == best_weight && best != ContentCoding::identity) continue;
    best = coding;
    best_weight = weight;
  }
  return best;
}

}  // namespace parley::http
