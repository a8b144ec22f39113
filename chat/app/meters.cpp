#include "chat/app/meters.h"

#include <array>

namespace parley::chat {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::array<microseconds, 13> request_times{
    microseconds(250), microseconds(500),  milliseconds(1),   milliseconds(2),   milliseconds(5),
    milliseconds(10),  milliseconds(25),   milliseconds(50),  milliseconds(100), milliseconds(250),
    milliseconds(500), milliseconds(1000), milliseconds(5000)};
constexpr std::array<microseconds, 9> loop_delays{microseconds(250), microseconds(500), milliseconds(1),
                                                  milliseconds(2),   milliseconds(5),   milliseconds(10),
                                                  milliseconds(50),  milliseconds(250), milliseconds(1000)};

CounterTable::Names statuses() {
  return {"200", "201", "204", "206", "304", "400", "401", "403", "404", "405", "408", "411",
          "413", "414", "415", "416", "417", "429", "431", "500", "501", "503", "505"};
}

CounterTable::Names authentication_codes() {
  return {"TOKEN_REQUIRED", "TOKEN_INVALID", "TOKEN_EXPIRED", "NOT_GUEST", "SESSION_NOT_FOUND"};
}

CounterTable::Names handshake_results() {
  auto names = authentication_codes();
  for (auto const* each : {"accepted", "RATE_LIMITED", "SHUTTING_DOWN", "STORE_UNAVAILABLE", "BANNED"}) {
    names.emplace_back(each);
  }
  return names;
}

CounterTable::Names error_events() {
  return {"chat:error",           "webrtc:error", "user:match:error", "user:match:cancel:error",
          "realtime:stats:error", "error",        "connection:error"};
}

CounterTable::Names error_codes() {
  // Beside the codes of all refusals, those that come from beyond the lobby.
  CounterTable::Names codes{"TOKEN_EXPIRED", "INTERNAL"};
  constexpr int refusals_max = 256;
  for (int each = 0; each < refusals_max; ++each) {
    std::string code(text_of(static_cast<Refusal>(each)).code);
    if (std::ranges::find(codes, code) == codes.end()) codes.push_back(std::move(code));
  }
  return codes;
}

CounterTable::Names events_told() {
  return {"chat:message",
          "chat:message:sent",
          "chat:message:delivered",
          "chat:typing:start",
          "chat:typing:stop",
          "chat:cleared",
          "chat:clear:confirmed",
          "chat:error",
          "connection:established",
          "connection:error",
          "error",
          "user:match:searching",
          "user:match:no_users",
          "user:matched",
          "user:match:cancelled",
          "user:match:error",
          "user:match:cancel:error",
          "room:user_joined",
          "room:user_left",
          "room:closed",
          "webrtc:offer",
          "webrtc:answer",
          "webrtc:ice-candidate",
          "webrtc:call-end",
          "webrtc:call-reject",
          "webrtc:call-timeout",
          "webrtc:error",
          "presence:user_online",
          "presence:user_offline",
          "presence:update",
          "realtime:stats",
          "realtime:stats:error",
          "stats:update",
          "users:online:update"};
}

CounterTable::Names limits() {
  return {"messages", "control", "receipts", "ice", "typing", "handshakes", "requests", "uploads", "connections"};
}

CounterTable::Names upload_results() {
  return {"stored", "invalid", "unauthorized", "foreign_room", "too_large", "rate_limited", "failed"};
}

/// What became of an upload, by the answer to it.
std::string_view upload_result(unsigned status) {
  switch (status) {
    case 200:
      return "stored";
    case 400:
      return "invalid";
    case 401:
      return "unauthorized";
    case 403:
      return "foreign_room";
    case 413:
      return "too_large";
    case 429:
      return "rate_limited";
    default:
      return "failed";
  }
}

}  // namespace

Meters::Meters(unsigned workers)
    : requests_({}, statuses()),
      malformed_(statuses()),
      handshakes_(handshake_results()),
      authentication_(authentication_codes()),
      events_sent_(events_told()),
      rate_limits_(limits()),
      errors_(error_events(), error_codes()),
      uploads_({"file", "voice"}, upload_results()) {
  loop_delay_.reserve(workers);
  for (unsigned i = 0; i < workers; ++i) loop_delay_.emplace_back(loop_delays);
  know_routes({});
}

void Meters::know_routes(CounterTable::Names const& names) {
  requests_ = CounterTable(names, statuses());
  routes_.clear();
  for (auto const& name : names) routes_.push_back({name, base::Histogram(request_times)});
  routes_.push_back({"other", base::Histogram(request_times)});
}

void Meters::answered(server::HttpRequest const& request, unsigned status, base::TimePoint now) {
  requests_.add(request.route, std::to_string(status));
  auto const known = std::ranges::find(routes_, request.route, &Route::name);
  auto& route = known == routes_.end() ? routes_.back() : *known;
  route.time.add(std::chrono::duration_cast<base::Histogram::Duration>(now - request.received));
  bool const file = request.route == "POST /api/files/upload";
  bool const voice = request.route == "POST /api/files/voice";
  if (file || voice) uploads_.add(file ? "file" : "voice", upload_result(status));
  if (status == 429) rate_limits_.add(file || voice ? "uploads" : "requests");
}

void Meters::decided(Effects const& effects) {
  for (auto const& effect : effects) {
    auto const* tell = std::get_if<Tell>(&effect);
    if (!tell) continue;
    events_sent_.add(name_of(tell->event));
    if (auto const* refused = std::get_if<Refused>(&tell->event)) errors_.add(refused->event, refused->code);
  }
}

}  // namespace parley::chat
