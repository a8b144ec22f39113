#include "chat/app/metrics_page.h"

#include <doctest/doctest.h>

#include "chat/app/process_usage.h"

using namespace parley::chat;
using namespace std::chrono_literals;

namespace {

std::string page_of(Meters const& meters) {
  MetricsPage page;
  page.add(meters);
  return page.text();
}

bool has_line(std::string const& text, std::string const& line) {
  return ('\n' + text).find('\n' + line + '\n') != std::string::npos;
}

}  // namespace

TEST_CASE("an answer counts for its route and status, and its time for the route") {
  Meters meters(1);
  meters.know_routes({"GET /health"});
  parley::server::HttpRequest request;
  request.received = parley::base::TimePoint{} + 1h;
  request.route = "GET /health";
  meters.answered(request, 200, request.received + 3ms);
  request.route = {};
  meters.answered(request, 404, request.received + 1s);
  auto const text = page_of(meters);
  CHECK(has_line(text, R"(parley_http_requests_total{route="GET /health",status="200"} 1)"));
  CHECK(has_line(text, R"(parley_http_requests_total{route="other",status="404"} 1)"));
  CHECK(has_line(text, R"(parley_http_request_seconds_bucket{route="GET /health",le="0.002"} 0)"));
  CHECK(has_line(text, R"(parley_http_request_seconds_bucket{route="GET /health",le="0.005"} 1)"));
  CHECK(has_line(text, R"(parley_http_request_seconds_bucket{route="GET /health",le="+Inf"} 1)"));
  CHECK(has_line(text, R"(parley_http_request_seconds_sum{route="other"} 1)"));
}

TEST_CASE("an upload counts by its kind and by what the answer says of it") {
  Meters meters(1);
  parley::server::HttpRequest request;
  request.route = "POST /api/files/upload";
  for (unsigned const status : {200U, 413U, 413U, 500U}) meters.answered(request, status, {});
  request.route = "POST /api/files/voice";
  meters.answered(request, 200, {});
  auto const text = page_of(meters);
  CHECK(has_line(text, R"(parley_uploads_total{kind="file",result="stored"} 1)"));
  CHECK(has_line(text, R"(parley_uploads_total{kind="file",result="too_large"} 2)"));
  CHECK(has_line(text, R"(parley_uploads_total{kind="file",result="failed"} 1)"));
  CHECK(has_line(text, R"(parley_uploads_total{kind="voice",result="stored"} 1)"));
}

TEST_CASE("names that stand in no list count together as other") {
  Meters meters(1);
  meters.rate_limited("messages");
  meters.rate_limited("made up");
  meters.rate_limited("made up \"too\"\n");
  meters.error_told("chat:error", "RATE_LIMITED");
  meters.error_told("made:up", "MADE_UP");
  auto const text = page_of(meters);
  CHECK(text.find("made") == std::string::npos);
  CHECK(has_line(text, R"(parley_rate_limited_total{limit="messages"} 1)"));
  CHECK(has_line(text, R"(parley_rate_limited_total{limit="other"} 2)"));
  CHECK(has_line(text, R"(parley_errors_total{event="chat:error",code="RATE_LIMITED"} 1)"));
  CHECK(has_line(text, R"(parley_errors_total{event="other",code="other"} 1)"));
}

TEST_CASE("every code that a refusal may have is counted under its own name") {
  Meters meters(1);
  for (auto why = Refusal{}; text_of(why).code != "INTERNAL"; why = static_cast<Refusal>(static_cast<int>(why) + 1)) {
    CAPTURE(text_of(why).code);
    meters.error_told("error", text_of(why).code);
    auto const line = R"(parley_errors_total{event="error",code=")" + std::string(text_of(why).code) + "\"} ";
    CHECK(page_of(meters).find(line) != std::string::npos);
  }
}

TEST_CASE("the process tells what it takes of its machine") {
  auto const usage = read_process_usage();
  CHECK(usage.resident_bytes.value_or(0) > 100'000);
  CHECK(usage.virtual_bytes.value_or(0) >= usage.resident_bytes.value_or(0));
  CHECK(usage.threads.value_or(0) >= 1);
  CHECK(usage.open_descriptors.value_or(0) >= 1);
  CHECK(usage.descriptors_max.value_or(0) >= usage.open_descriptors.value_or(0));
  CHECK(usage.start_time_seconds.value_or(0) > 1'600'000'000);
}
