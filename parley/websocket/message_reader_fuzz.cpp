#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "parley/base/assert.h"
#include "parley/websocket/test_client.h"

using namespace parley;

namespace {

constexpr std::size_t message_bytes_max = 1'000;

std::vector<std::string> read_in_pieces(std::string_view wire, std::size_t piece_bytes) {
  websocket::MessageReader reader{message_bytes_max};
  std::vector<std::string> seen;
  for (; !wire.empty(); wire.remove_prefix(std::min(piece_bytes, wire.size()))) {
    websocket::read_all(reader, wire.substr(0, piece_bytes), seen);
    PARLEY_ASSERT(reader.held_bytes() < 3'000);
  }
  return seen;
}

}  // namespace

/// Any input leads to events or to a failure, and where the bytes are cut changes nothing.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const wire = base::as_text({data, size});
  auto const whole = read_in_pieces(wire, std::max<std::size_t>(size, 1));
  PARLEY_ASSERT(read_in_pieces(wire, 1) == whole);
  PARLEY_ASSERT(read_in_pieces(wire, 17) == whole);
  return 0;
}
