#include "bench/chat/json_text.h"

namespace bench {

std::string_view text_member(std::string_view json, std::string_view name) {
  constexpr std::string_view between = R"(":")";
  for (auto at = json.find(name); at != std::string_view::npos; at = json.find(name, at + 1)) {
    auto const value = at + name.size() + between.size();
    if (at == 0 || json[at - 1] != '"' || json.substr(at + name.size(), between.size()) != between) continue;
    return json.substr(value, json.find('"', value) - value);
  }
  return {};
}

}  // namespace bench
