#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "parley/base/function.h"
#include "parley/base/task.h"
#include "parley/http/request.h"

namespace parley::server {

/// A body on its way from the connection that receives it to the handler that asks for it. Nothing is received that
/// nobody has asked for, so a slow handler makes its client wait.
/// Lives on  the worker of the connection.
class BodyFeed {
 public:
  /// The connection.
  class Giver {
   public:
    virtual ~Giver() = default;
    virtual void limit_body(std::uint64_t bytes_max) = 0;
    /// The handler waits for bytes.
    virtual void body_wanted() = 0;
  };

  explicit BodyFeed(Giver& giver) : giver_(&giver) {}

  // For the connection.

  bool is_wanted() const { return static_cast<bool>(waiting_); }
  enum class Last { no, yes };
  void push(std::string bytes, Last last);
  /// No more will come, and the body is not complete.
  void fail(http::HttpError why);
  /// The server ends: whoever waits is given up, see base::Abandoned.
  void abandon();

  // For the handler, by way of RequestBody.

  void limit(std::uint64_t bytes_max);
  base::Task<base::Result<std::string, http::HttpError>> read();

 private:
  void wake();

  Giver* giver_;  ///< null when nothing more can come
  std::string arrived_;
  bool complete_ = false;
  std::optional<http::HttpError> error_;
  base::Function<void(bool)> waiting_;
};

/// The body of a request, for a handler that reads it piece by piece.
class RequestBody {
 public:
  explicit RequestBody(std::shared_ptr<BodyFeed> feed) : feed_(std::move(feed)) {}

  /// How long the body may be; to be said before the first `read`. A longer one is not received: `read` says
  /// `body_too_large`, at once if the length was announced.
  void limit(std::uint64_t bytes_max) { feed_->limit(bytes_max); }
  /// The next bytes, as they come, 64 KiB at most; none when the body is complete. After an error only the error comes.
  /// The first call invites a client that asked before sending (`Expect: 100-continue`).
  base::Task<base::Result<std::string, http::HttpError>> read() {
    return [](std::shared_ptr<BodyFeed> feed) -> base::Task<base::Result<std::string, http::HttpError>> {
      co_return co_await feed->read();
    }(feed_);
  }

 private:
  std::shared_ptr<BodyFeed> feed_;
};

}  // namespace parley::server
