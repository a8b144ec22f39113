#pragma once

#include <string_view>

namespace parley::http {

/// What a browser is to take a file for, by the ending of its name: `text/html; charset=utf-8`.
/// `application/octet-stream` for endings that are not known, and for none.
std::string_view media_type_of(std::string_view file_name);

}  // namespace parley::http
