#include "parley/net/local_socket.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace parley::net;

namespace {

/// A directory of its own for each test.
struct Place {
  Place() {
    auto pattern = (std::filesystem::temp_directory_path() / "parley-local-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    folder = pattern;
  }
  ~Place() { std::filesystem::remove_all(folder); }
  Place(Place const&) = delete;
  Place& operator=(Place const&) = delete;
  std::string path(std::string const& name) const { return folder / name; }
  std::filesystem::path folder;
};

unsigned mode_of(std::string const& path) {
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777u;
}

}  // namespace

TEST_CASE("a local socket and the directory made for it are open to their owner alone") {
  Place const place;
  auto const bound = bind_local(place.path("data/admin.sock"));
  REQUIRE(bound);
  CHECK(mode_of(place.path("data")) == 0700);
  CHECK(mode_of(place.path("data/admin.sock")) == 0600);
  auto const caller = connect_local(place.path("data/admin.sock"));
  REQUIRE(caller);
  close(*caller);
  close(*bound);
}

TEST_CASE("a socket whose server still listens is left to it") {
  Place const place;
  auto const first = bind_local(place.path("s"));
  REQUIRE(first);
  auto const second = bind_local(place.path("s"));
  REQUIRE_FALSE(second);
  CHECK(second.error().starts_with("another server is at "));
  auto const caller = connect_local(place.path("s"));
  CHECK(caller);
  close(*caller);
  close(*first);
}

TEST_CASE("what a server that is gone has left is replaced") {
  Place const place;
  auto const first = bind_local(place.path("s"));
  REQUIRE(first);
  close(*first);
  CHECK_FALSE(connect_local(place.path("s")));
  auto const second = bind_local(place.path("s"));
  REQUIRE(second);
  auto const caller = connect_local(place.path("s"));
  CHECK(caller);
  close(*caller);
  close(*second);
}

TEST_CASE("a file that is no socket is never replaced") {
  Place const place;
  std::ofstream(place.path("s")) << "precious";
  CHECK_FALSE(bind_local(place.path("s")));
  CHECK(std::filesystem::file_size(place.path("s")) == 8);
}

TEST_CASE("a path that is too long or leads nowhere is told") {
  Place const place;
  auto const too_long = bind_local(place.path(std::string(200, 'x')));
  REQUIRE_FALSE(too_long);
  CHECK(too_long.error().find("File name too long") != std::string::npos);
  CHECK_FALSE(connect_local(std::string(200, 'x')));
  CHECK_FALSE(bind_local("/proc/nowhere/s"));
  CHECK(connect_local(place.path("nobody")).error().find("No such file") != std::string::npos);
}
