#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace bench {

/// Cuts what a server sends on a WebSocket into the payloads of its text frames. A server of a benchmark sends
/// nothing else but a close frame: anything more is an error.
class FrameReader {
 public:
  /// Calls `take` for each payload that `bytes` completes; it is borrowed until `take` returns. Keeps the rest.
  void read(std::string_view bytes, std::function<void(std::string_view)> const& take);

 private:
  std::string held_;  // the beginning of a frame
};

}  // namespace bench
