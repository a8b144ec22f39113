#include "parley/server/request_body.h"

#include <utility>

namespace parley::server {

void BodyFeed::wake() {
  if (auto waiting = std::exchange(waiting_, nullptr)) waiting(true);
}

void BodyFeed::push(std::string bytes, Last last) {
  arrived_ += bytes;
  complete_ = last == Last::yes;
  if (complete_) giver_ = nullptr;
  if (complete_ || !arrived_.empty()) wake();
}

void BodyFeed::fail(http::HttpError why) {
  giver_ = nullptr;
  if (!complete_ && !error_) error_ = why;
  wake();
}

void BodyFeed::abandon() {
  giver_ = nullptr;
  error_ = http::HttpError::body_incomplete;
  // Letting go of it is what wakes the handler.
  auto const waiting = std::exchange(waiting_, nullptr);
}

void BodyFeed::limit(std::uint64_t bytes_max) {
  if (giver_) giver_->limit_body(bytes_max);
}

base::Task<base::Result<std::string, http::HttpError>> BodyFeed::read() {
  if (arrived_.empty() && !complete_ && !error_) {
    base::Completion<bool> arrival;
    waiting_ = arrival.resolver();
    giver_->body_wanted();
    co_await arrival;
  }
  if (error_) co_return base::fail(*error_);
  co_return std::exchange(arrived_, {});
}

}  // namespace parley::server
