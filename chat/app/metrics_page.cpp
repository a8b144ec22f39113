#include "chat/app/metrics_page.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <sstream>

#include "chat/app/process_usage.h"

namespace parley::chat {
namespace {

double seconds(base::Histogram::Duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

MetricsPage::MetricsPage() = default;
MetricsPage::~MetricsPage() = default;

prometheus::ClientMetric& MetricsPage::sample(std::string_view name, std::string_view help, Kind kind, Labels labels) {
  if (families_.empty() || families_.back().name != name) {
    auto& family = families_.emplace_back();
    family.name = name;
    family.help = help;
    family.type = kind == Kind::counter ? prometheus::MetricType::Counter
                  : kind == Kind::gauge ? prometheus::MetricType::Gauge
                                        : prometheus::MetricType::Histogram;
  }
  auto& made = families_.back().metric.emplace_back();
  for (auto const& [label, value] : labels) made.label.push_back({std::string(label), std::string(value)});
  return made;
}

void MetricsPage::gauge(std::string_view name, std::string_view help, double value, Labels labels) {
  sample(name, help, Kind::gauge, labels).gauge.value = value;
}

void MetricsPage::counter(std::string_view name, std::string_view help, double value, Labels labels) {
  sample(name, help, Kind::counter, labels).counter.value = value;
}

void MetricsPage::histogram(std::string_view name, std::string_view help, base::Histogram const& times, Labels labels) {
  auto& made = sample(name, help, Kind::histogram, labels).histogram;
  std::uint64_t below = 0;
  for (std::size_t range = 0; range <= times.bounds().size(); ++range) {
    below += static_cast<std::uint64_t>(times.count(range));
    bool const last = range == times.bounds().size();
    made.bucket.push_back({below, last ? std::numeric_limits<double>::infinity() : seconds(times.bounds()[range])});
  }
  made.sample_count = below;
  made.sample_sum = seconds(times.sum());
}

void MetricsPage::list(std::string_view name, std::string_view help, CounterList const& counters,
                       std::string_view label) {
  counters.for_each([&](std::string_view value, std::int64_t count) {
    counter(name, help, static_cast<double>(count), {{label, value}});
  });
}

void MetricsPage::table(std::string_view name, std::string_view help, CounterTable const& counters,
                        std::string_view row, std::string_view column) {
  counters.for_each([&](std::string_view one, std::string_view other, std::int64_t count) {
    counter(name, help, static_cast<double>(count), {{row, one}, {column, other}});
  });
}

void MetricsPage::add(Meters const& meters) {
  table("parley_http_requests_total", "Answers of the application's routes.", meters.requests_, "route", "status");
  for (auto const& route : meters.routes_) {
    if (route.time.count() == 0) continue;
    histogram("parley_http_request_seconds", "From a request's last byte to its answer.", route.time,
              {{"route", route.name}});
  }
  list("parley_http_malformed_total", "Requests that are no HTTP, or too large, by the answer.", meters.malformed_,
       "status");
  list("parley_handshakes_total", "Socket handshakes: accepted, or the code of the refusal.", meters.handshakes_,
       "result");
  list("parley_auth_failures_total", "Tokens refused, over REST and in handshakes, by code.", meters.authentication_,
       "code");
  list("parley_events_sent_total", "Events told to single guests.", meters.events_sent_, "event");
  table("parley_errors_total", "Error events told to guests.", meters.errors_, "event", "code");
  counter("parley_unknown_events_total", "Events of names that nobody listens to.",
          static_cast<double>(meters.unknown_events_.read()));
  list("parley_rate_limited_total", "What limits have refused, by limit.", meters.rate_limits_, "limit");
  // Told before the first upload as well, so that the first is seen as a change.
  constexpr std::string_view uploads = "parley_uploads_total", uploads_help = "Uploads, by what became of them.";
  bool none = true;
  meters.uploads_.for_each([&](auto const&...) { none = false; });
  if (none) counter(uploads, uploads_help, 0, {{"kind", "file"}, {"result", "stored"}});
  table(uploads, uploads_help, meters.uploads_, "kind", "result");
  for (std::size_t worker = 0; worker < meters.loop_delay_.size(); ++worker) {
    histogram("parley_loop_delay_seconds", "How late a worker's timer rang.", meters.loop_delay_[worker],
              {{"worker", std::to_string(worker)}});
  }
}

void MetricsPage::add(Stats const& stats) {
  auto const number = [](std::uint64_t value) { return static_cast<double>(value); };
  gauge("parley_guest_sessions", "Guest sessions alive.", number(stats.total_users));
  gauge("parley_guests_online", "Guests with a socket, or within the grace period.", number(stats.online_users));
  gauge("parley_open_sockets", "Open sockets.", number(stats.active_users));
  gauge("parley_guests_searching", "Guests waiting for a partner.", number(stats.available_users));
  gauge("parley_chats", "Chats in progress.", number(stats.connected_users));
}

void MetricsPage::add(Tally const& tally) {
  auto const number = [](base::Counter const& counter) { return static_cast<double>(counter.read()); };
  counter("parley_matches_total", "Pairs of guests that were told of each other.", number(tally.matches));
  histogram("parley_match_wait_seconds", "How long guests searched before a partner was found.", tally.match_wait);
  for (auto const type : {MessageType::text, MessageType::file, MessageType::voice}) {
    auto const& messages = tally.messages[static_cast<std::size_t>(type)];
    for (auto const& [result, count] : {std::pair{"sent", &messages.sent}, std::pair{"failed", &messages.failed},
                                        std::pair{"abandoned", &messages.abandoned}}) {
      counter("parley_messages_total", "Messages: sent, not kept by the storage, or cut off by the end of the chat.",
              number(*count), {{"type", to_string(type)}, {"result", result}});
    }
  }
  counter("parley_messages_held_back_total", "Messages sent while the recipient was away.", number(tally.held_back));
  counter("parley_messages_delivered_total", "Messages confirmed by the recipient.", number(tally.delivered));
  counter("parley_messages_undelivered_total", "Messages never confirmed before the chat ended.",
          number(tally.undelivered));
  histogram("parley_message_delivery_seconds", "From a message's arrival to the recipient's confirmation.",
            tally.delivery);
  for (std::size_t how = 0; how < call_outcome_names.size(); ++how) {
    counter("parley_calls_total", "Calls ended.", number(tally.calls[how]), {{"outcome", call_outcome_names[how]}});
  }
  for (std::size_t which = 0; which < signal_names.size(); ++which) {
    counter("parley_signals_relayed_total", "Signals of calls passed on to partners.", number(tally.signals[which]),
            {{"signal", signal_names[which]}});
  }
}

void MetricsPage::add(ProcessUsage const& usage) {
  auto const told = [this](std::string_view name, std::string_view help, std::optional<double> value) {
    if (value) gauge(name, help, *value);
  };
  if (usage.cpu_seconds) counter("process_cpu_seconds_total", "User and system time.", *usage.cpu_seconds);
  told("process_start_time_seconds", "When the process started, in seconds since 1970.", usage.start_time_seconds);
  told("process_resident_memory_bytes", "Memory in use.", usage.resident_bytes);
  told("process_virtual_memory_bytes", "Address space in use.", usage.virtual_bytes);
  told("process_open_fds", "Open file descriptors.", usage.open_descriptors);
  told("process_max_fds", "Most file descriptors that may be open.", usage.descriptors_max);
  told("process_threads", "Threads.", usage.threads);
}

std::string MetricsPage::text() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families_);
  return out.str();
}

}  // namespace parley::chat
