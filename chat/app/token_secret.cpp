#include "chat/app/token_secret.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "chat/auth/base64url.h"

namespace parley::chat {

base::Result<std::string, std::string> kept_secret(std::filesystem::path const& file, base::RandomSource& random) {
  if (std::ifstream kept(file); kept) {
    std::string secret;
    std::getline(kept, secret);
    if (!secret.empty()) return secret;
  }
  std::error_code ignored;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), ignored);

  std::array<std::uint8_t, 48> bytes{};
  random.fill(bytes);
  auto const secret = to_base64url({reinterpret_cast<char const*>(bytes.data()), bytes.size()});
  // Nobody else may read it, not even for the moment between making and writing it.
  int const descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  auto const line = secret + "\n";
  bool const written = descriptor >= 0 && ::write(descriptor, line.data(), line.size()) == ssize_t(line.size());
  std::string const cause = std::strerror(errno);
  if (descriptor >= 0) ::close(descriptor);
  if (!written) return base::fail(file.string() + ": " + cause);
  return secret;
}

}  // namespace parley::chat
