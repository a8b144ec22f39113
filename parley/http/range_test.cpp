#include "parley/http/range.h"

#include <doctest/doctest.h>

using namespace parley::http;

namespace {

std::optional<ByteRange> range_of(std::string_view header, std::uint64_t size = 1000) {
  auto const parsed = parse_range(header, size);
  REQUIRE(parsed);
  return *parsed;
}

}  // namespace

TEST_CASE("a single range says where a content is to be cut") {
  CHECK(range_of("bytes=0-99") == ByteRange{0, 100});
  CHECK(range_of("bytes=900-") == ByteRange{900, 100});
  CHECK(range_of("bytes=-100") == ByteRange{900, 100});
  CHECK(range_of("Bytes = 5 - 5 ") == ByteRange{5, 1});
  CHECK(range_of("bytes=990-5000") == ByteRange{990, 10});
  CHECK(range_of("bytes=-5000") == ByteRange{0, 1000});
  CHECK(range_of("bytes=0-99999999999999999999999") == ByteRange{0, 1000});
}

TEST_CASE("a range header that is none, or asks for several, is passed over") {
  for (auto const* header : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=9-5", "bytes=0-1,5-6", "items=0-1",
                             "bytes=+1-2", "bytes=1", "bytes=1-2-3", "bytes=0x1-2"}) {
    CAPTURE(header);
    CHECK_FALSE(range_of(header));
  }
}

TEST_CASE("a range outside the content cannot be satisfied") {
  CHECK_FALSE(parse_range("bytes=1000-", 1000));
  CHECK_FALSE(parse_range("bytes=99999999999999999999-", 1000));
  CHECK_FALSE(parse_range("bytes=-0", 1000));
  CHECK_FALSE(parse_range("bytes=0-", 0));
  CHECK_FALSE(parse_range("bytes=-5", 0));
}

TEST_CASE("a content range names first and last byte and the whole size") {
  CHECK(content_range({0, 100}, 1000) == "bytes 0-99/1000");
  CHECK(unsatisfied_content_range(1000) == "bytes */1000");
}
