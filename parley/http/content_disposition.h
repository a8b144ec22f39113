#pragma once

#include <string>
#include <string_view>

namespace parley::http {

enum class Disposition { inline_, attachment };

/// The value of a Content-Disposition header with a name for the file, twice: in ASCII for old clients, where
/// whatever could end the quotes or be taken for an escape is an underscore, and percent-encoded as it is.
/// Whatever the name holds, the value is one line and the name stays inside it.
///
/// `name`  UTF-8.
/// Source  RFC 6266 §4, Appendix D; RFC 8187 §3.2.
std::string content_disposition(Disposition disposition, std::string_view name);

}  // namespace parley::http
