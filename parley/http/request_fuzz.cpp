#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "parley/base/assert.h"
#include "parley/http/request.h"
#include "parley/http/url.h"

using namespace parley;
using State = http::RequestParser::State;

namespace {

/// Every request of the connection, then the error if there was one.
std::vector<std::string> read_in_pieces(std::string_view wire, std::size_t piece_bytes) {
  http::RequestParser parser{{.head_bytes_max = 500, .target_bytes_max = 100, .headers_max = 10}};
  std::vector<std::string> seen;
  std::string body;
  for (; !wire.empty(); wire.remove_prefix(std::min(piece_bytes, wire.size()))) {
    auto input = base::as_bytes(wire.substr(0, piece_bytes));
    while (!input.empty()) {
      auto const fed = parser.feed(input);
      if (!fed) {
        seen.emplace_back(to_string(fed.error()));
        return seen;
      }
      if (*fed == State::head) continue;
      parser.limit_body(1'000);
      body += parser.take_body();
      PARLEY_ASSERT(body.size() <= 1'000);
      if (*fed == State::body) continue;
      seen.push_back(parser.raw_head() + std::exchange(body, {}));
      parser.reset();
    }
  }
  return seen;
}

}  // namespace

/// Any input is read or refused with an HttpError, and where the bytes are cut changes nothing.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const wire = base::as_text({data, size});
  auto const whole = read_in_pieces(wire, std::max<std::size_t>(size, 1));
  PARLEY_ASSERT(read_in_pieces(wire, 1) == whole);
  PARLEY_ASSERT(read_in_pieces(wire, 17) == whole);
  if (auto const target = http::parse_target(wire)) {
    PARLEY_ASSERT(target->path.starts_with('/'));
    PARLEY_ASSERT(target->raw_path.starts_with('/'));
  }
  return 0;
}
