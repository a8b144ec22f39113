#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "parley/base/json.h"

/// The golden examples of contract/, for tests. PARLEY_CONTRACT_DIR is where that folder is.
namespace parley::chat {

struct ContractExample {
  std::string name;  ///< such as `user.matched/full`
  std::string text;
  bool is_good = true;
};

/// All examples below a folder of contract/examples, such as `client/chat.message`, in the order of their names.
inline std::vector<ContractExample> contract_examples(std::string_view folder) {
  namespace fs = std::filesystem;
  auto const root = fs::path(PARLEY_CONTRACT_DIR) / "examples" / folder;
  std::vector<ContractExample> examples;
  for (auto const& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path());
    examples.push_back({fs::relative(entry.path(), root).replace_extension().string(),
                        {std::istreambuf_iterator<char>(file), {}},
                        entry.path().parent_path().filename() != "bad"});
  }
  std::ranges::sort(examples, {}, &ContractExample::name);
  REQUIRE(!examples.empty());
  return examples;
}

/// JSON text as it can be compared: without spaces, and with the members of objects in the order of their names.
inline std::string comparable(std::string_view json) {
  auto const put_in_order = [](base::Json& value, auto const& again) -> void {
    if (value.is_array()) {
      for (auto& each : value.elements()) again(each, again);
    } else if (value.is_object()) {
      for (auto& [key, each] : value.members()) again(each, again);
      std::ranges::sort(value.members(), {}, &base::Json::Member::first);
    }
  };
  auto parsed = base::Json::parse(json);
  REQUIRE(parsed);
  put_in_order(*parsed, put_in_order);
  return parsed->dump();
}

}  // namespace parley::chat
