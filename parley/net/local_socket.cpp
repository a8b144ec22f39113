#include "parley/net/local_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

namespace parley::net {
namespace {

std::optional<sockaddr_un> address_of(std::string const& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(static_cast<char*>(address.sun_path), path.data(), path.size());
  return address;
}

sockaddr const* generic(sockaddr_un const& address) { return reinterpret_cast<sockaddr const*>(&address); }

base::Failure<std::string> failure(char const* what, std::string const& path, int error) {
  return base::fail(std::string(what) + " " + path + ": " + std::strerror(error));
}

void make_directory_of(std::string const& path) {
  auto const folder = std::filesystem::path(path).parent_path();
  std::error_code ignored;
  if (folder.empty() || std::filesystem::exists(folder, ignored)) return;
  if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), ignored);
  // Where this fails, binding fails as well and tells why.
  static_cast<void>(mkdir(folder.c_str(), S_IRWXU));
}

bool is_socket(std::string const& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

}  // namespace

base::Result<int, std::string> bind_local(std::string const& path) {
  auto const address = address_of(path);
  if (!address) return failure("cannot listen at", path, ENAMETOOLONG);
  make_directory_of(path);
  int const descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return failure("cannot listen at", path, errno);
  auto const give_up = [&](char const* what, int error) {
    close(descriptor);
    return failure(what, path, error);
  };

  int bound = bind(descriptor, generic(*address), sizeof *address);
  if (bound < 0 && errno == EADDRINUSE) {
    if (!is_socket(path)) return give_up("cannot listen at", EEXIST);
    int const other = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool const nobody_is_there = connect(other, generic(*address), sizeof *address) < 0 && errno == ECONNREFUSED;
    close(other);
    if (!nobody_is_there) return give_up("another server is at", EADDRINUSE);
    unlink(path.c_str());
    bound = bind(descriptor, generic(*address), sizeof *address);
  }
  constexpr int backlog = 16;
  // Nobody can connect before `listen`, so nobody but the owner ever does.
  if (bound < 0 || chmod(path.c_str(), S_IRUSR | S_IWUSR) < 0 || listen(descriptor, backlog) < 0) {
    return give_up("cannot listen at", errno);
  }
  return descriptor;
}

base::Result<int, std::string> connect_local(std::string const& path) {
  auto const address = address_of(path);
  if (!address) return failure("cannot connect to", path, ENAMETOOLONG);
  int const descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return failure("cannot connect to", path, errno);
  if (connect(descriptor, generic(*address), sizeof *address) < 0) {
    int const error = errno;
    close(descriptor);
    return failure("cannot connect to", path, error);
  }
  return descriptor;
}

}  // namespace parley::net
