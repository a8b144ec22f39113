#include "chat/app/token_secret.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "chat/domain/testing/seeded_random.h"

using namespace parley::chat;
namespace files = std::filesystem;

TEST_CASE("a secret is made once, for its owner's eyes alone, and found again") {
  auto const folder = files::temp_directory_path() / ("parley_secret_" + std::to_string(::getpid()));
  auto const file = folder / "data" / "jwt_secret";
  SeededRandom random(1);
  auto const made = kept_secret(file, random);
  REQUIRE(made);
  CHECK(made->size() >= 32);
  CHECK(files::status(file).permissions() == (files::perms::owner_read | files::perms::owner_write));
  auto const found = kept_secret(file, random);
  REQUIRE(found);
  CHECK(*found == *made);
  files::remove_all(folder);
}

TEST_CASE("a secret that cannot be kept is an error that names the file") {
  SeededRandom random(1);
  auto const refused = kept_secret("/dev/null/jwt_secret", random);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().find("/dev/null/jwt_secret") != std::string::npos);
}
