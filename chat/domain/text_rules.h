#pragma once

#include <cstddef>
#include <string_view>

namespace parley::chat {

/// The length of a text as JavaScript counts it: UTF-16 code units. The text is valid UTF-8.
std::size_t utf16_units(std::string_view utf8);

/// Without the white space at both ends that JavaScript's `trim` removes.
std::string_view trimmed(std::string_view utf8);

inline bool is_blank(std::string_view utf8) { return trimmed(utf8).empty(); }

/// Whether every `\u` escape of a surrogate in this JSON text has its other half. Without it the text stands for no
/// characters, and what a parser puts in its place is not what was sent.
bool surrogates_are_paired(std::string_view json);

/// Whether this is an ISO 8601 date with a time of day, of at most 40 characters, that the calendar knows.
bool is_iso8601_date_time(std::string_view text);

}  // namespace parley::chat
