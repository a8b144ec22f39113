#include <cstddef>
#include <cstdint>
#include <string>

#include "parley/base/assert.h"
#include "parley/socketio/args.h"
#include "parley/socketio/encode.h"
#include "parley/socketio/packet.h"

using namespace parley;
using namespace parley::socketio;

/// Any text is refused with a PacketError or has a header that reads back from its own prefix, and arguments that can
/// be read can be sent on.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const text = base::as_text({data, size});
  auto const header = read_packet_header(text);
  if (!header) return 0;
  auto const again = packet_prefix(header->type, header->attachments, header->nsp, header->id) + "[]";
  auto const same = read_packet_header(std::string_view(again).substr(1));
  PARLEY_ASSERT(same);
  PARLEY_ASSERT(same->type == header->type);
  PARLEY_ASSERT(same->attachments == header->attachments);
  PARLEY_ASSERT(same->nsp == header->nsp);
  PARLEY_ASSERT(same->id == header->id);

  base::JsonParser parser;
  auto const array = parser.parse(header->json);
  if (!array || !array->is_array() || array->size() == 0) return 0;
  Args const args(*array, header->json, 1, {});
  auto const expected = JsonArgs::copy_of(args);
  Message message;
  Encoder(message, "/").event("name", std::nullopt, args);
  base::JsonParser second;
  auto const sent = second.parse(message.text().substr(2));
  PARLEY_ASSERT(sent);
  PARLEY_ASSERT(JsonArgs::copy_of(Args(*sent, message.text().substr(2), 1, {})).values == expected.values);
  return 0;
}
