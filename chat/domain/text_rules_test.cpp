#include "chat/domain/text_rules.h"

#include <doctest/doctest.h>

#include <string>

#include "chat/domain/username.h"

using namespace parley::chat;

namespace {

/// Counts up, so that every proposal differs.
class CountingSource : public parley::base::RandomSource {
 public:
  void fill(std::span<std::uint8_t> bytes) override {
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(next_ = next_ * 167 + 13);
  }

 private:
  unsigned next_ = 1;
};

}  // namespace

TEST_CASE("a text is as long as JavaScript says") {
  CHECK(utf16_units("") == 0);
  CHECK(utf16_units("abc") == 3);
  CHECK(utf16_units("äöü") == 3);
  CHECK(utf16_units("€") == 1);
  CHECK(utf16_units("😀") == 2);
  CHECK(utf16_units("👩‍👩‍👧") == 8);
}

TEST_CASE("trimming takes away the white space of JavaScript and nothing else") {
  CHECK(trimmed("  a b \t\n") == "a b");
  CHECK(trimmed("\u00A0\u1680\u2003\u2028\u2029\u202F\u205F\u3000\uFEFFx\uFEFF\u3000") == "x");
  CHECK(is_blank(""));
  CHECK(is_blank(" \t\n\v\f\r\u00A0"));
  for (std::string_view const kept : {"\u200B", "\u180E", "\u0085", "\u2060", ".", "\x1F"}) {
    CAPTURE(kept);
    CHECK_FALSE(is_blank(kept));
  }
}

TEST_CASE("half a surrogate pair is noticed in the JSON that spells it") {
  for (std::string_view const good :
       {"", "plain", R"("\ud83d\ude00")", R"("\uD83D\uDE00x\n")", R"("\\ud83d")", R"("\u00e4\"\\")", R"("\ufffd")"}) {
    CAPTURE(good);
    CHECK(surrogates_are_paired(good));
  }
  for (std::string_view const bad : {R"("\ud83d")", R"("\ude00")", R"("\ud83dx\ude00")", R"("\ud83d\n")",
                                     R"("\ud83d\ud83d\ude00")", R"("\\\ud83d")", R"("\ude00\ud83d")"}) {
    CAPTURE(bad);
    CHECK_FALSE(surrogates_are_paired(bad));
  }
}

TEST_CASE("an ISO 8601 date-time is recognised and anything else is not") {
  for (std::string_view const good :
       {"2026-11-22T10:00:00.000Z", "2026-11-22T10:00:00Z", "2026-11-22T10:00Z", "2026-11-22T10:00:00",
        "2026-11-22T10:00:00+02:00", "2026-11-22T10:00:00.123456-0330", "2024-02-29T23:59:59.9Z"}) {
    CAPTURE(good);
    CHECK(is_iso8601_date_time(good));
  }
  for (std::string_view const bad :
       {"", "now", "2026-11-22", "10:00:00", "2026-11-22 10:00:00", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
        "2026-11-31T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T10:60:00Z", "2026-11-22T10:00:60Z",
        "2026-11-22T10:00:00.Z", "2026-11-22T10:00:00Zx", "2026-11-22T10:00:00+25:00", "2026-11-22T10:00:00+02:",
        "1795381000123", "Sun, 22 Nov 2026 10:00:00 GMT", "2026-11-22T10:00:00.00000000000000000000000Z"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_iso8601_date_time(bad));
  }
}

TEST_CASE("a username is 3 to 20 letters, digits and underscores") {
  for (std::string_view const good : {"abc", "A_9", "___", "abcdefghijklmnopqrst"}) CHECK(is_username(good));
  for (std::string_view const bad : {"", "ab", "abcdefghijklmnopqrstu", "a b c", "a-bc", "äbc", "abc\n", "<b>x</b>"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_username(bad));
  }
}

TEST_CASE("every proposed name is a username and ends in a number from 1 to 9999") {
  CountingSource random;
  for (int i = 0; i < 2000; ++i) {
    auto const name = propose_username(random);
    CAPTURE(name);
    CHECK(is_username(name));
    auto const digits = name.find_first_of("0123456789");
    REQUIRE(digits != name.npos);
    auto const number = std::stoi(name.substr(digits));
    CHECK(number >= 1);
    CHECK(number <= 9999);
    CHECK(std::to_string(number) == name.substr(digits));
  }
}
