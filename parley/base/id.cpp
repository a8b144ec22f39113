#include "parley/base/id.h"

namespace parley::base {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int digit_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '-') return 62;
  return c == '_' ? 63 : -1;
}

}  // namespace

template <class Tag>
ShortId<Tag> ShortId<Tag>::make(WorkerId worker, RandomSource& random) {
  std::array<std::uint8_t, 15> bytes{};
  random.fill(bytes);
  bytes[14] = worker;
  ShortId id;
  for (std::size_t group = 0; group < 5; ++group) {
    auto const bits =
        static_cast<std::uint32_t>(bytes[3 * group] << 16 | bytes[3 * group + 1] << 8 | bytes[3 * group + 2]);
    for (std::size_t i = 0; i < 4; ++i) id.text_[4 * group + i] = alphabet[bits >> (18 - 6 * i) & 63];
  }
  return id;
}

template <class Tag>
std::optional<ShortId<Tag>> ShortId<Tag>::parse(std::string_view text) {
  if (text.size() != length) return std::nullopt;
  ShortId id;
  for (std::size_t i = 0; i < length; ++i) {
    if (digit_of(text[i]) < 0) return std::nullopt;
    id.text_[i] = text[i];
  }
  return id;
}

template <class Tag>
WorkerId ShortId<Tag>::worker() const {
  return static_cast<WorkerId>((digit_of(text_[18]) & 3) << 6 | digit_of(text_[19]));
}

template class ShortId<SessionTag>;
template class ShortId<SocketTag>;

std::string make_uuid(RandomSource& random) {
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  constexpr std::string_view hex = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += hex[bytes[i] >> 4];
    text += hex[bytes[i] & 15];
  }
  return text;
}

}  // namespace parley::base
