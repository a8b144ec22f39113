#pragma once

#include <string_view>

namespace bench {

/// The text of the first member `"name":"…"` in a JSON text whose strings hold no escapes, as all do that the load
/// clients cause; empty if there is none.
std::string_view text_member(std::string_view json, std::string_view name);

}  // namespace bench
