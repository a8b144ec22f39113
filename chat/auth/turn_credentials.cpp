#include "chat/auth/turn_credentials.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "parley/base/assert.h"

namespace parley::chat {

TurnCredentials issue_turn_credentials(std::string_view secret, std::string_view name,
                                       std::chrono::sys_seconds expires_at) {
  TurnCredentials made{std::to_string(expires_at.time_since_epoch().count()) + ':' + std::string(name), {}};
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned length = 0;
  auto const* text = reinterpret_cast<unsigned char const*>(made.username.data());
  auto const* done =
      HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), text, made.username.size(), mac.data(), &length);
  PARLEY_ASSERT(done != nullptr);
  // Four characters for three bytes, and a final zero that the text does not have.
  std::array<unsigned char, (EVP_MAX_MD_SIZE + 2) / 3 * 4 + 1> base64{};
  int const characters = EVP_EncodeBlock(base64.data(), mac.data(), static_cast<int>(length));
  made.credential.assign(base64.begin(), base64.begin() + characters);
  return made;
}

}  // namespace parley::chat
