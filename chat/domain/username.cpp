#include "chat/domain/username.h"

#include <algorithm>
#include <array>

#include "chat/domain/random_choice.h"

namespace parley::chat {
namespace {

// At most eight letters each, so that two words and four digits never exceed twenty characters.
constexpr std::array<std::string_view, 40> adjectives{
    "Amber",  "Ample",  "Bold",  "Brave", "Bright", "Brisk",  "Calm",   "Candid", "Clever", "Cosmic",
    "Crisp",  "Daring", "Eager", "Early", "Fair",   "Fancy",  "Gentle", "Glad",   "Golden", "Happy",
    "Honest", "Humble", "Jolly", "Kind",  "Lively", "Lucky",  "Mellow", "Merry",  "Misty",  "Noble",
    "Polite", "Proud",  "Quick", "Quiet", "Sharp",  "Silver", "Smart",  "Sunny",  "Swift",  "Warm"};
constexpr std::array<std::string_view, 40> nouns{
    "Badger", "Bear",   "Beaver", "Bison", "Crane",   "Deer",   "Dolphin", "Eagle",  "Falcon", "Finch",
    "Fox",    "Gecko",  "Heron",  "Horse", "Ibis",    "Jaguar", "Koala",   "Lark",   "Lemur",  "Lion",
    "Lynx",   "Marten", "Moose",  "Newt",  "Otter",   "Owl",    "Panda",   "Pigeon", "Puffin", "Rabbit",
    "Raven",  "Robin",  "Salmon", "Seal",  "Sparrow", "Swan",   "Tiger",   "Turtle", "Whale",  "Wolf"};

bool is_name_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

bool is_username(std::string_view text) {
  return text.size() >= 3 && text.size() <= 20 && std::ranges::all_of(text, is_name_character);
}

std::string propose_username(base::RandomSource& random) {
  std::string name(adjectives[random_below(adjectives.size(), random)]);
  name += nouns[random_below(nouns.size(), random)];
  name += std::to_string(1 + random_below(9999, random));
  return name;
}

}  // namespace parley::chat
