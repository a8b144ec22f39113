#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bench/load/poller.h"

namespace bench {

/// One kept-alive HTTP/1.1 connection with one request under way at most: just enough for long-polling against
/// the servers measured here. Bodies must come with a Content-Length.
class HttpClient {
 public:
  explicit HttpClient(Endpoint const& endpoint) : socket_(connect_to(endpoint)) {}

  void get(std::string const& target);
  void post(std::string const& target, std::string_view body, std::string_view type = "text/plain;charset=UTF-8");

  /// Reads what has arrived; the body once the answer is whole. Throws unless its status is 200 or 201.
  std::optional<std::string> receive();

  int fd() const { return socket_.get(); }
  bool busy() const { return busy_; }

 private:
  void send(std::string const& request);

  Descriptor socket_;
  std::string inbox_;
  bool busy_ = false;
};

}  // namespace bench
