#include "parley/websocket/utf8.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "parley/base/json.h"

using parley::websocket::Utf8Validator;
using namespace std::string_literals;

namespace {

bool valid_in_pieces(std::string_view text, std::vector<std::size_t> const& cuts) {
  Utf8Validator validator;
  std::size_t from = 0;
  for (auto const cut : cuts) {
    if (!validator.feed(text.substr(from, cut - from))) return false;
    from = cut;
  }
  return validator.feed(text.substr(from)) && validator.complete();
}

struct Invalid {
  std::string name;
  std::string bytes;
  std::size_t wrong_at;  ///< the first byte after which nothing can be mended
};

std::vector<Invalid> const invalid_sequences{
    {"a continuation byte alone", "\x80", 0},
    {"the last continuation byte alone", "\xBF", 0},
    {"an overlong slash in two bytes", "\xC0\xAF", 0},
    {"an overlong character below C2", "\xC1\xBF", 0},
    {"an overlong form in three bytes", "\xE0\x9F\xBF", 1},
    {"an overlong form in four bytes", "\xF0\x8F\xBF\xBF", 1},
    {"the first high surrogate", "\xED\xA0\x80", 1},
    {"the last low surrogate", "\xED\xBF\xBF", 1},
    {"a surrogate pair", "\xED\xA0\xBD\xED\xB8\x80", 1},
    {"a character beyond U+10FFFF", "\xF4\x90\x80\x80", 1},
    {"the lead byte F5", "\xF5\x80\x80\x80", 0},
    {"five bytes", "\xF8\x88\x80\x80\x80", 0},
    {"six bytes", "\xFC\x84\x80\x80\x80\x80", 0},
    {"the byte FE", "\xFE", 0},
    {"the byte FF", "\xFF", 0},
    {"two bytes broken off by ASCII", "\xC3(", 1},
    {"three bytes broken off by ASCII", "\xE2\x82(", 2},
    {"four bytes broken off by ASCII", "\xF0\x9F\x98(", 3},
    {"a lead byte after a lead byte", "\xC3\xC3\xA9", 1},
    {"a lead byte inside three bytes", "\xE2\xE2\x82\xAC", 1},
};

}  // namespace

TEST_CASE("an invalid sequence is noticed at its first wrong byte, wherever it stands") {
  for (auto const& [name, bytes, wrong_at] : invalid_sequences) {
    CAPTURE(name);
    for (auto const& before : {""s, "plain"s, "\u00e9\u20ac\U0001F600"s, std::string(100, 'x')}) {
      Utf8Validator validator;
      CHECK(validator.feed(before + bytes.substr(0, wrong_at)));
      CHECK_FALSE(validator.feed(bytes.substr(wrong_at, 1)));
      CHECK_FALSE(Utf8Validator{}.feed(before + bytes.substr(0, wrong_at + 1)));
      CHECK_FALSE(Utf8Validator{}.feed(before + bytes + " and on"));
    }
  }
}

TEST_CASE("a character that is cut off is neither wrong nor complete") {
  for (auto const& character : {"\u00e9"s, "\u20ac"s, "\uFFFF"s, "\U0001F600"s, "\xF4\x8F\xBF\xBF"s}) {
    for (std::size_t length = 1; length < character.size(); ++length) {
      Utf8Validator validator;
      CHECK(validator.feed("text " + character.substr(0, length)));
      CHECK_FALSE(validator.complete());
      CHECK(validator.feed(character.substr(length)));
      CHECK(validator.complete());
    }
  }
}

TEST_CASE("the bounds of each length are valid") {
  auto const bounds =
      "\0\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"s;
  for (std::size_t cut = 0; cut <= bounds.size(); ++cut) CHECK(valid_in_pieces(bounds, {cut}));
}

TEST_CASE("an empty text is complete") {
  Utf8Validator validator;
  CHECK(validator.complete());
  CHECK(validator.feed(""));
  CHECK(validator.complete());
}

TEST_CASE("random bytes are judged in pieces as they are as a whole") {
  std::mt19937 random{2};
  // Bytes around which the rules turn, so that valid and invalid texts both come up often.
  std::string const likely = "a\x7F\x80\x8F\x90\x9F\xA0\xBF\xC1\xC2\xDF\xE0\xE1\xED\xEF\xF0\xF1\xF4\xF5"s;
  int valid = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string text;
    for (auto length = random() % 7; text.size() < length;) text += likely[random() % likely.size()];
    std::vector<std::size_t> cuts;
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (random() % 2) cuts.push_back(at);
    }
    CAPTURE(text);
    bool const expected = parley::base::is_valid_utf8(text);
    valid += expected;
    CHECK(valid_in_pieces(text, cuts) == expected);
  }
  CHECK(valid > 1000);
}
