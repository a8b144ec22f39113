#pragma once

#include <string>
#include <string_view>

namespace parley::chat {

/// `parley --help`: every command and every setting with its default, in at most `columns` columns.
std::string help_text(std::size_t columns = 100);

/// `text` broken into lines of at most `width` bytes; all but the first are indented by `indent` spaces.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace parley::chat
