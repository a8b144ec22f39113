#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>

#include "bench/chat/frame_reader.h"
#include "bench/load/poller.h"

namespace bench {

class Guest;

/// Hears of what happens to guests and decides what they do next.
class Conductor {
 public:
  virtual ~Conductor() = default;
  virtual void welcomed(Guest& guest) = 0;
  virtual void matched(Guest& guest, std::string_view partner_id) = 0;
  /// A message of `author` that was planned for `planned_at` has reached its partner.
  virtual void arrived(Guest& author, std::uint64_t planned_at) = 0;
  /// The author has been told that its partner confirmed it.
  virtual void delivered(Guest& author, std::uint64_t planned_at) = 0;
  virtual void gone(Guest& guest) = 0;
};

/// What POST /api/guest gave.
struct Account {
  std::string id;
  std::string token;
};

/// One guest of the chat on a WebSocket. It checks what it hears: each of its messages must be confirmed, reach its
/// partner whole, and be reported delivered, once and in the order in which it was said.
///
///   upgrading ─101→ opening ─"0{…}"→ connecting ─"40{…}"→ awaiting welcome ─connection:established→ idle
///   idle ─search─→ searching ─user:matched→ chatting          any ─leave─→ leaving ─end of stream→ gone
class Guest {
 public:
  Guest(std::size_t number, Endpoint const& endpoint, Account account, std::size_t text_bytes, Conductor& conductor);

  void search();
  /// Who its messages go to from now on, and whose it must hear. The server has decided it; see `matched`.
  void talk_to(Guest& partner) { partner_ = &partner; }
  /// Says `messages` more, planned for `at`.
  void say(std::size_t messages, std::uint64_t at);
  void leave();

  /// Sends what is queued, as far as the socket takes it.
  void flush();
  /// Reads what has arrived and acts on it. Throws at the first thing that is not as it must be.
  void receive(std::span<char> scratch, bool hung_up);

  std::size_t number() const { return number_; }
  std::string const& id() const { return account_.id; }
  int fd() const { return socket_.get(); }
  std::uint64_t said() const { return said_; }
  /// How many messages were said and are not yet reported delivered.
  std::uint64_t outstanding() const { return said_ - delivered_; }

 private:
  enum class Stage { upgrading, opening, connecting, awaiting_welcome, idle, searching, chatting, leaving, gone };

  struct Flight {
    std::uint64_t planned_at;
    std::string id;  // given by the server; empty until it is heard
  };

  void take(std::string_view bytes);
  void take_upgrade_answer();
  void take_packet(std::string_view packet);
  void take_event(std::string_view packet);
  void take_sent(std::string_view event);
  void take_message(std::string_view event);
  void take_delivered(std::string_view event);
  void send(std::string_view packet);
  /// What tells this guest's message of that number from all others: `g00017.m12.`
  std::string label(std::uint64_t message) const;
  void note_id(Flight& flight, std::string_view id, std::string_view event) const;
  void expect(bool holds, std::string_view what, std::string_view got) const;

  std::size_t number_;
  Account account_;
  std::string filler_;  // of every text, after its label
  Conductor& conductor_;
  Descriptor socket_;
  Stage stage_ = Stage::upgrading;
  Guest* partner_ = nullptr;
  std::string head_;  // of the upgrade answer, until it is whole
  FrameReader frames_;
  std::string unsent_;

  // Messages of this guest, by number: said ≥ confirmed ≥ delivered, and said ≥ arrived ≥ delivered.
  std::uint64_t said_ = 0;
  std::uint64_t confirmed_ = 0;
  std::uint64_t arrived_ = 0;
  std::uint64_t delivered_ = 0;
  std::deque<Flight> flights_;  // the first is number `delivered_`
};

}  // namespace bench
