#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "parley/base/counter.h"

namespace parley::chat {

/// Counters under one name out of each of two fixed lists. Whatever stands in neither list counts as "other", so that
/// nothing a client sends can make a new name. Any worker may add, anybody may read.
class CounterTable {
 public:
  using Names = std::vector<std::string>;

  CounterTable(Names rows, Names columns)
      : rows_(std::move(rows)), columns_(std::move(columns)), counts_((rows_.size() + 1) * (columns_.size() + 1)) {}

  void add(std::string_view row, std::string_view column) {
    counts_[place(rows_, row) * (columns_.size() + 1) + place(columns_, column)].add();
  }

  /// Visits those that have counted anything, as `visit(row, column, count)`.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t at = 0; at < counts_.size(); ++at) {
      auto const count = counts_[at].read();
      if (count == 0) continue;
      visit(name(rows_, at / (columns_.size() + 1)), name(columns_, at % (columns_.size() + 1)), count);
    }
  }

 private:
  static std::size_t place(Names const& names, std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
  }
  static std::string_view name(Names const& names, std::size_t place) {
    return place < names.size() ? std::string_view(names[place]) : "other";
  }

  Names rows_, columns_;
  std::vector<base::Counter> counts_;
};

/// The same for one list. Every name is shown from the start, so that a first event is seen as a change.
class CounterList {
 public:
  explicit CounterList(CounterTable::Names names) : names_(std::move(names)), counts_(names_.size() + 1) {}

  void add(std::string_view name) {
    counts_[static_cast<std::size_t>(std::ranges::find(names_, name) - names_.begin())].add();
  }
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t at = 0; at < names_.size(); ++at) visit(std::string_view(names_[at]), counts_[at].read());
    if (auto const others = counts_.back().read()) visit(std::string_view("other"), others);
  }

 private:
  CounterTable::Names names_;
  std::vector<base::Counter> counts_;
};

}  // namespace parley::chat
