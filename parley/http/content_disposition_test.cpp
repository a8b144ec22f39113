#include "parley/http/content_disposition.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace parley::http;

TEST_CASE("a file's name is given in ASCII and as it is") {
  CHECK(content_disposition(Disposition::inline_, "a b.png") ==
        "inline; filename=\"a b.png\"; filename*=UTF-8''a%20b.png");
  CHECK(content_disposition(Disposition::attachment, "\xC3\xA9\xE2\x82\xAC.txt") ==
        "attachment; filename=\"__.txt\"; filename*=UTF-8''%C3%A9%E2%82%AC.txt");
}

TEST_CASE("no name breaks out of its quotes or its line") {
  CHECK(content_disposition(Disposition::attachment, "a\"; filename=\"b\\\r\nSet-Cookie: x=1\x7F%22.txt") ==
        "attachment; filename=\"a_; filename=_b___Set-Cookie: x=1__22.txt\"; "
        "filename*=UTF-8''a%22%3B%20filename%3D%22b%5C%0D%0ASet-Cookie%3A%20x%3D1%7F%2522.txt");
  for (int byte = 0; byte < 256; ++byte) {
    auto const value = content_disposition(Disposition::inline_, std::string(1, static_cast<char>(byte)));
    CAPTURE(byte);
    CHECK(value.starts_with("inline; filename=\""));
    CHECK(std::count(value.begin(), value.end(), '"') == 2);
    for (char const c : value) CHECK((c >= 0x20 && c < 0x7F));
  }
}
