#pragma once

#include <vector>

#include "chat/app/counter_table.h"
#include "chat/domain/effects.h"
#include "parley/base/histogram.h"
#include "parley/server/http_routes.h"

namespace parley::chat {

/// What the chat counts as it goes along, beside what the lobby and the library count of themselves. To count is an
/// addition or two; `MetricsPage` gives the numbers their names when somebody asks.
/// Any worker may count, anybody may read.
class Meters {
 public:
  explicit Meters(unsigned workers);
  /// All routes, as `HttpRequest::route` names them; before anything is answered.
  void know_routes(CounterTable::Names const& names);

  /// A route's answer is about to leave.
  void answered(server::HttpRequest const& request, unsigned status, base::TimePoint now);
  /// HTTP itself has refused a request.
  void refused_request(unsigned status) { malformed_.add(std::to_string(status)); }
  void handshake_accepted() { handshakes_.add("accepted"); }
  void handshake_refused(Refusal why) { handshakes_.add(text_of(why).code); }
  /// Over REST and in handshakes alike.
  void not_authenticated(Refusal why) { authentication_.add(text_of(why).code); }
  /// What the lobby has decided.
  void decided(Effects const& effects);
  /// An error event that the lobby knows nothing of.
  void error_told(std::string_view event, std::string_view code) { errors_.add(event, code); }
  void rate_limited(std::string_view limit) { rate_limits_.add(limit); }
  void unknown_event() { unknown_events_.add(); }
  /// How late a timer of that worker rang.
  void loop_delayed(base::WorkerId worker, base::Histogram::Duration late) { loop_delay_[worker].add(late); }

 private:
  friend class MetricsPage;
  struct Route {
    std::string name;
    base::Histogram time;
  };

  std::vector<Route> routes_;  ///< the last one stands for whatever fits none
  CounterTable requests_;
  CounterList malformed_, handshakes_, authentication_, events_sent_, rate_limits_;
  CounterTable errors_;
  CounterTable uploads_;
  base::Counter unknown_events_;
  std::vector<base::Histogram> loop_delay_;  ///< by worker
};

}  // namespace parley::chat
