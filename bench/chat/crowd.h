#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "bench/chat/guest.h"
#include "bench/chat/options.h"
#include "bench/load/http_client.h"
#include "bench/load/poller.h"

namespace bench {

/// All guests of a run. Brings them in, a bounded number at a time, each by POST /api/guest and then a socket; and
/// keeps them going.
class Crowd {
 public:
  Crowd(ChatOptions const& options, std::size_t arriving_max, Conductor& conductor);

  /// So many more are to come. Each counts as arriving until `settled`.
  void invite(std::size_t guests);
  void settled() { --arriving_; }
  /// Gives its place to nobody; the guest must not be used afterwards.
  void forget(Guest const& guest);

  /// Waits at most `milliseconds` for something to happen, and acts on it.
  void turn(int milliseconds);

  std::size_t size() const { return guests_.size(); }
  Guest& operator[](std::size_t number) { return *guests_[number]; }
  Guest& find(std::string_view id) { return *by_id_.at(std::string(id)); }
  /// When the guest of that number was asked for.
  std::uint64_t invited_at(std::size_t number) const { return invited_at_[number]; }

 private:
  /// One kept-alive connection for REST, and the number of the guest it asks for.
  struct Desk {
    HttpClient http;
    std::size_t number = 0;
  };

  void ask_for_more();
  void take_answer(Desk& desk);

  ChatOptions const& options_;
  Conductor& conductor_;
  Poller poller_;
  std::vector<Desk> desks_;
  std::vector<std::unique_ptr<Guest>> guests_;
  std::vector<std::uint64_t> invited_at_;
  std::unordered_map<std::string, Guest*> by_id_;
  std::vector<std::unique_ptr<Guest>> leaving_;  // until the turn is over: they may be in the midst of a call
  std::vector<char> scratch_;
  std::size_t arriving_max_;
  std::size_t invited_ = 0;   // not yet asked for
  std::size_t arriving_ = 0;  // asked for and not yet settled
};

}  // namespace bench
