#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "parley/base/assert.h"
#include "parley/engineio/packet.h"

using namespace parley;
using namespace parley::engineio;

namespace {

/// The packets of a body up to its first error, ready to be written again.
std::vector<std::string> packets_of(std::string body) {
  std::vector<std::string> packets;
  PayloadReader reader(body);
  while (auto const packet = reader.next()) {
    if (!*packet) break;
    packets.push_back(((*packet)->binary ? 'b' : to_digit((*packet)->type)) + std::string((*packet)->text()));
  }
  return packets;
}

}  // namespace

/// Any body is read or refused, and the packets that were read, written again, read the same.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const packets = packets_of(std::string(base::as_text({data, size})));
  PollQueue queue;
  for (auto const& packet : packets) {
    auto const content = std::string_view(packet).substr(1);
    if (packet[0] != 'b') {
      queue.push(static_cast<PacketType>(packet[0] - '0'), content);
      continue;
    }
    auto message = std::make_shared<Message>();
    auto const bytes = base::as_bytes(content);
    message->attachments.push_back(std::make_shared<base::Bytes const>(bytes.begin(), bytes.end()));
    queue.push(std::move(message));
  }
  if (!packets.empty()) PARLEY_ASSERT(packets_of(queue.take_payload()) == packets);
  return 0;
}
