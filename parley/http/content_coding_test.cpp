#include "parley/http/content_coding.h"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace parley::http;

namespace {

constexpr std::array all{ContentCoding::brotli, ContentCoding::gzip};
constexpr std::array gzip_alone{ContentCoding::gzip};

std::string_view chosen(std::string_view accepted, std::span<ContentCoding const> available = all) {
  return to_string(choose_coding(accepted, available));
}

}  // namespace

TEST_CASE("a client gets the smallest of the codings that it accepts alike") {
  CHECK(chosen("gzip, deflate, br, zstd") == "br");
  CHECK(chosen("br, gzip") == "br");
  CHECK(chosen("gzip") == "gzip");
  CHECK(chosen("GZip") == "gzip");
  CHECK(chosen("x-gzip") == "gzip");
  CHECK(chosen("*") == "br");
  CHECK(chosen("gzip, deflate, br", gzip_alone) == "gzip");
  CHECK(chosen("br", gzip_alone) == "identity");
  CHECK(chosen("br", {}) == "identity");
}

TEST_CASE("weights say what a client likes better, and zero what it will not have") {
  CHECK(chosen("br;q=0.5, gzip;q=0.9") == "gzip");
  CHECK(chosen("br; q = 0.901 , gzip;q=0.9") == "br");
  CHECK(chosen("br;q=0, gzip") == "gzip");
  CHECK(chosen("br;q=0.000, *") == "gzip");
  CHECK(chosen("*;q=0") == "identity");
  CHECK(chosen("gzip;q=0.2, identity;q=0.8") == "identity");
  CHECK(chosen("gzip;q=0.5, identity;q=0.5") == "gzip");
  CHECK(chosen("gzip;q=1.000") == "gzip");
}

TEST_CASE("a client that names no coding, or none that is known, gets the bytes as they are") {
  for (auto const* header : {"", ",", "identity", "deflate", "zstd, compress", "identity;q=0", "brotli"}) {
    CAPTURE(header);
    CHECK(chosen(header) == "identity");
  }
}

TEST_CASE("a malformed element of the list is passed over, the others count") {
  for (auto const* element :
       {"br;q=2", "br;q=1.5", "br;q=0.1234", "br;q=", "br;q", "br;p=1", "b r", "br;q=-1", ";q=1"}) {
    CAPTURE(element);
    CHECK(chosen(element) == "identity");
    CHECK(chosen(std::string(element) + ", gzip;q=0.1") == "gzip");
  }
}
