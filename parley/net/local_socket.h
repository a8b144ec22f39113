#pragma once

#include <string>

#include "parley/base/result.h"

namespace parley::net {

/// A place in the file system at which processes of this machine and of one user meet.

/// A listening descriptor at `path`, non-blocking, for a Listener. Its owner alone may connect; a directory that is
/// made for it is its owner's alone as well. What a server that is gone has left there is replaced; one that still
/// answers there is not. The error is a sentence for people.
base::Result<int, std::string> bind_local(std::string const& path);

/// A connection to whoever listens at `path`; it blocks. The error is a sentence for people.
base::Result<int, std::string> connect_local(std::string const& path);

}  // namespace parley::net
