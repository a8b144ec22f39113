#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "chat/app/meters.h"
#include "chat/domain/tally.h"
#include "parley/base/histogram.h"

namespace prometheus {
struct ClientMetric;
struct MetricFamily;
}  // namespace prometheus

namespace parley::chat {

struct ProcessUsage;

/// A scrape: everything that is counted, under the names that dashboards and alerts know. Made anew for each.
class MetricsPage {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  MetricsPage();
  ~MetricsPage();
  MetricsPage(MetricsPage const&) = delete;
  MetricsPage& operator=(MetricsPage const&) = delete;

  void add(Meters const& meters);
  void add(Stats const& stats);
  void add(Tally const& tally);
  void add(ProcessUsage const& usage);

  /// One value. A name given twice in a row makes one family with several sets of labels.
  void gauge(std::string_view name, std::string_view help, double value, Labels labels = {});
  void counter(std::string_view name, std::string_view help, double value, Labels labels = {});
  void histogram(std::string_view name, std::string_view help, base::Histogram const& times, Labels labels = {});

  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";
  std::string text() const;

 private:
  enum class Kind { counter, gauge, histogram };
  prometheus::ClientMetric& sample(std::string_view name, std::string_view help, Kind kind, Labels labels);
  void list(std::string_view name, std::string_view help, CounterList const& counters, std::string_view label);
  void table(std::string_view name, std::string_view help, CounterTable const& counters, std::string_view row,
             std::string_view column);

  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace parley::chat
