#include "bench/load/traffic.h"

#include <stdexcept>

#include "bench/load/opening.h"

namespace bench {
namespace {

constexpr std::size_t scratch_bytes = 256 * 1024;
constexpr std::size_t fixed_rate_outstanding_max = 90;
constexpr std::uint64_t patience_ns = 5'000'000'000;

MessageKind kind_of(Case what) {
  switch (what) {
    case Case::ack:
      return MessageKind::ack;
    case Case::binary:
      return MessageKind::binary;
    case Case::pairs:
      return MessageKind::relay;
    case Case::broadcast:
      return MessageKind::say;
    default:
      return MessageKind::echo;
  }
}

MessagePlan message_plan(Options const& options) {
  MessagePlan plan{kind_of(options.what), options.shape, options.payload_bytes, options.in_flight, options.raw};
  // A few more than are in flight, so that an answer given twice, or late, is not mistaken for the right one.
  // Under a fixed rate messages may pile up: there the ring has as many as may be outstanding.
  plan.count =
      options.what == Case::fixed_rate ? fixed_rate_outstanding_max : std::max<std::size_t>(options.in_flight, 4);
  return plan;
}

std::string room_of(Case what, std::size_t number) {
  if (what == Case::pairs) return std::string("r").append(std::to_string(number / 2));
  return what == Case::broadcast ? "everyone" : "";
}

}  // namespace

Traffic::Traffic(Options const& options, Meter& meter) : options_(options), meter_(meter), scratch_(scratch_bytes) {
  auto const plan = message_plan(options);
  auto const speakers = options.what == Case::broadcast ? options.in_flight : options.connections;
  for (std::size_t number = 0; number < speakers; ++number) {
    rings_.push_back(std::make_unique<MessageRing>(plan, number));
  }
  spoken_.resize(speakers);
}

void Traffic::run() {
  open();
  began_ = progress_at_ = now_ns();
  if (options_.what != Case::fixed_rate) start_closed_loop();
  while (time_to_go_on()) turn();
  wait_for_the_last();
}

void Traffic::open() {
  std::vector<Descriptor> sockets(options_.connections);
  OpeningPlan plan{
      .endpoint = options_.endpoint, .count = options_.connections, .kind = options_.client, .raw = options_.raw};
  plan.room_of = [this](std::size_t number) { return room_of(options_.what, number); };
  open_connections(plan, [&sockets](std::size_t number, Descriptor socket) {
    sockets[number] = std::move(socket);
    return true;
  });
  connections_.reserve(sockets.size());
  for (std::size_t number = 0; number < sockets.size(); ++number) {
    poller_.add(sockets[number].get(), number);
    // In broadcast most connections only listen; what they would say is never asked for.
    auto& outgoing = *rings_[std::min(number, rings_.size() - 1)];
    connections_.emplace_back(std::move(sockets[number]), outgoing, heard_by(number));
  }
}

std::vector<MessageRing*> Traffic::heard_by(std::size_t number) const {
  if (options_.what == Case::pairs) return {rings_[number ^ 1U].get()};
  if (options_.what != Case::broadcast) return {rings_[number].get()};
  std::vector<MessageRing*> all;
  for (auto const& ring : rings_) all.push_back(ring.get());
  return all;
}

void Traffic::start_closed_loop() {
  std::size_t const step = options_.what == Case::pairs ? 2 : 1;
  std::size_t const each = options_.what == Case::broadcast ? 1 : options_.in_flight;
  for (std::size_t number = 0; number < rings_.size(); number += step) {
    connections_[number].send_messages(each, now_ns());
  }
}

void Traffic::turn() {
  // Waiting for a planned time is spinning: a late wake-up of this process must not count as the server's.
  bool const spin = options_.what == Case::fixed_rate;
  if (spin && sending_) send_what_is_due();
  for (auto const& event : poller_.wait(spin ? 0 : 100)) {
    auto const number = static_cast<std::size_t>(event.data.u64);
    auto& connection = connections_[number];
    if (event.events & EPOLLOUT) connection.flush();
    bool const hung_up = event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
    if (event.events & EPOLLIN || hung_up) received(number, connection.receive(scratch_, hung_up, meter_));
  }
}

void Traffic::received(std::size_t number, std::size_t messages) {
  if (messages == 0 || !sending_ || options_.what == Case::fixed_rate) return;
  if (options_.what == Case::broadcast) return speak_again();
  connections_[number].send_messages(messages, now_ns());
}

void Traffic::speak_again() {
  for (std::size_t speaker = 0; speaker < rings_.size(); ++speaker) {
    auto& ring = *rings_[speaker];
    auto& message = spoken_[speaker];
    if (ring.heard_by[message] < connections_.size()) continue;
    ring.heard_by[message] = 0;
    message = (message + 1) % ring.count;
    connections_[speaker].send_messages(1, now_ns());
  }
}

void Traffic::send_what_is_due() {
  auto const elapsed = static_cast<double>(now_ns() - began_);
  auto const due = static_cast<std::uint64_t>(elapsed * options_.rate / 1e9) + 1;  // the first is due at once
  for (; planned_ < due; ++planned_) {
    auto const at = began_ + static_cast<std::uint64_t>(static_cast<double>(planned_) * 1e9 / options_.rate);
    auto& connection = connections_[planned_ % connections_.size()];
    if (connection.outstanding() == fixed_rate_outstanding_max)
      throw std::runtime_error("the server cannot keep this rate");
    connection.send_messages(1, at);
  }
}

bool Traffic::time_to_go_on() {
  auto const now = now_ns();
  check_progress(now);
  if (!meter_.running() && now - began_ >= options_.warm_up_ns) meter_.start();
  if (!meter_.running() || now - began_ < options_.warm_up_ns + options_.seconds_ns) return true;
  meter_.stop();
  return false;
}

void Traffic::wait_for_the_last() {
  sending_ = false;
  // The others would hide it from the closed loop if one connection's message had been lost.
  while (meter_.delivered_ever() < expected()) {
    check_progress(now_ns());
    turn();
  }
}

std::uint64_t Traffic::expected() const {
  std::uint64_t sent = 0;
  for (auto const& connection : connections_) sent += connection.sent();
  return options_.what == Case::broadcast ? sent * connections_.size() : sent;
}

void Traffic::check_progress(std::uint64_t now) {
  if (meter_.delivered_ever() != progress_) {
    progress_ = meter_.delivered_ever();
    progress_at_ = now;
  }
  if (now - progress_at_ <= patience_ns) return;
  throw std::runtime_error("five seconds without an answer, " + std::to_string(expected() - progress_) +
                           " of them due");
}

}  // namespace bench
