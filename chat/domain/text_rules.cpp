#include "chat/domain/text_rules.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>

namespace parley::chat {
namespace {

/// White space and line ends of ECMAScript: every character that `trim` removes, in UTF-8.
constexpr std::array<std::string_view, 25> white_space{
    "\t",     "\n",     "\v",     "\f",     "\r",     " ",      "\u00A0", "\u1680", "\u2000",
    "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009",
    "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000", "\uFEFF"};

/// Reads the parts of a date one after the other; once something does not fit, nothing does.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : rest_(text) {}

  /// Exactly `digits` decimal digits.
  std::optional<int> number(std::size_t digits) {
    if (rest_.size() < digits) return std::nullopt;
    int value = 0;
    for (char const c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }
  /// One of these characters; '\0' if the next is another.
  char one_of(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_.front()) == characters.npos) return '\0';
    char const found = rest_.front();
    rest_.remove_prefix(1);
    return found;
  }
  /// As many digits as there are.
  std::size_t digits() {
    auto const end = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    rest_.remove_prefix(end);
    return end;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool within(std::optional<int> value, int least, int most) { return value && *value >= least && *value <= most; }

bool read_date(DateReader& in) {
  auto const year = in.number(4);
  if (!year || !in.one_of("-")) return false;
  auto const month = in.number(2);
  if (!month || !in.one_of("-")) return false;
  auto const day = in.number(2);
  if (!day) return false;
  using namespace std::chrono;
  return year_month_day{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                        std::chrono::day{static_cast<unsigned>(*day)}}
      .ok();
}

bool read_time(DateReader& in) {
  if (!within(in.number(2), 0, 23) || !in.one_of(":") || !within(in.number(2), 0, 59)) return false;
  if (!in.one_of(":")) return true;
  if (!within(in.number(2), 0, 59)) return false;
  return !in.one_of(".,") || in.digits() > 0;
}

bool read_zone(DateReader& in) {
  if (in.at_end() || in.one_of("Zz")) return true;
  if (!in.one_of("+-") || !within(in.number(2), 0, 23)) return false;
  in.one_of(":");
  return within(in.number(2), 0, 59);
}

}  // namespace

std::size_t utf16_units(std::string_view utf8) {
  std::size_t units = 0;
  for (char const c : utf8) {
    auto const byte = static_cast<unsigned char>(c);
    // Every character counts at its first byte; those of four bytes need a surrogate pair.
    if ((byte & 0xC0) != 0x80) units += byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

std::string_view trimmed(std::string_view utf8) {
  auto const shorten = [&](auto fits, auto cut) {
    for (bool found = true; found;) {
      found = false;
      for (auto const space : white_space) {
        if (!fits(space)) continue;
        cut(space.size());
        found = true;
      }
    }
  };
  shorten([&](std::string_view space) { return utf8.starts_with(space); },
          [&](std::size_t bytes) { utf8.remove_prefix(bytes); });
  shorten([&](std::string_view space) { return utf8.ends_with(space); },
          [&](std::size_t bytes) { utf8.remove_suffix(bytes); });
  return utf8;
}

bool surrogates_are_paired(std::string_view json) {
  auto const unit_at = [json](std::size_t at) -> unsigned {
    unsigned unit = 0;
    if (json.substr(at, 2) != "\\u" || at + 6 > json.size()) return 0;
    auto const* const digits = json.data() + at + 2;
    return std::from_chars(digits, digits + 4, unit, 16).ptr == digits + 4 ? unit : 0;
  };
  for (auto at = json.find('\\'); at < json.size(); at = json.find('\\', at)) {
    auto const unit = unit_at(at);
    bool const high = unit >= 0xD800 && unit < 0xDC00;
    bool const low = unit >= 0xDC00 && unit < 0xE000;
    if (low) return false;
    // An escaped backslash is stepped over whole, so that what follows it is not taken for an escape.
    at += unit ? 6 : 2;
    if (!high) continue;
    auto const next = unit_at(at);
    if (next < 0xDC00 || next >= 0xE000) return false;
    at += 6;
  }
  return true;
}

bool is_iso8601_date_time(std::string_view text) {
  constexpr std::size_t characters_max = 40;
  if (text.size() > characters_max) return false;
  DateReader in(text);
  return read_date(in) && in.one_of("Tt") && read_time(in) && read_zone(in) && in.at_end();
}

}  // namespace parley::chat
