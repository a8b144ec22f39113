#include "bench/load/polling.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "bench/load/http_client.h"

namespace bench {
namespace {

constexpr char separator = '\x1e';
constexpr std::uint64_t patience_ns = 5'000'000'000;

/// Four different echo packets of equal length, so that an answer given twice or late is noticed.
std::array<std::string, 4> echo_packets(std::size_t client, std::size_t payload_bytes) {
  std::array<std::string, 4> packets;
  for (std::size_t message = 0; message < packets.size(); ++message) {
    std::string payload = "c";
    payload.append(std::to_string(10'000 + client)).append(".m").append(std::to_string(message)).append(".");
    while (payload.size() < payload_bytes) payload.push_back(static_cast<char>('a' + (payload.size() + client) % 26));
    packets[message] = R"(42["echo",")" + payload + R"("])";
  }
  return packets;
}

}  // namespace

/// One client. opening: the first poll brings the session id; connecting: `40` is posted and its answer polled;
/// then echoes go round.
class PollingClient {
 public:
  PollingClient(Endpoint const& endpoint, std::size_t number, std::size_t payload_bytes)
      : poll_(endpoint), post_(endpoint), packets_(echo_packets(number, payload_bytes)) {
    poll_.get(target_);
  }

  int poll_fd() const { return poll_.fd(); }
  int post_fd() const { return post_.fd(); }

  /// No further echo once the one under way is answered.
  void stop() {
    stopped_ = true;
    echo_due_ = false;
  }
  bool waiting() const { return waiting_; }

  void on_poll_readable(Meter& meter) {
    auto const body = poll_.receive();
    if (!body) return;
    for (std::size_t begin = 0; begin <= body->size();) {
      auto const end = std::min(body->find(separator, begin), body->size());
      take_packet(std::string_view{*body}.substr(begin, end - begin), meter);
      begin = end + 1;
    }
    poll_.get(target_);
    post_what_is_due();
  }

  void on_post_readable() {
    auto const body = post_.receive();
    if (!body) return;
    if (*body != "ok") throw std::runtime_error("a post was answered with «" + *body + "»");
    post_what_is_due();
  }

 private:
  enum class Stage { opening, connecting, echoing };

  void take_packet(std::string_view packet, Meter& meter) {
    if (packet == "2") {
      due_.push_back('3');
    } else if (stage_ == Stage::opening) {
      open_session(packet);
    } else if (stage_ == Stage::connecting) {
      if (!packet.starts_with(R"(40{"sid":)")) throw std::runtime_error("no answer to 40: " + std::string(packet));
      stage_ = Stage::echoing;
      echo_due_ = true;
    } else {
      if (packet != packets_[next_])
        throw std::runtime_error("an answer differs: got «" + std::string(packet) + "», expected «" + packets_[next_] +
                                 "»");
      meter.delivered(now_ns(), sent_at_);
      next_ = (next_ + 1) % packets_.size();
      waiting_ = false;
      echo_due_ = !stopped_;
    }
  }

  void open_session(std::string_view packet) {
    constexpr std::string_view before = R"("sid":")";
    auto const begin = packet.find(before);
    if (!packet.starts_with("0{") || begin == std::string_view::npos)
      throw std::runtime_error("no session: " + std::string(packet));
    auto const rest = packet.substr(begin + before.size());
    target_ += "&sid=" + std::string(rest.substr(0, rest.find('"')));
    stage_ = Stage::connecting;
    due_ = "40";
  }

  void post_what_is_due() {
    if (post_.busy()) return;
    if (echo_due_) {
      if (!due_.empty()) due_.push_back(separator);
      due_ += packets_[next_];
      sent_at_ = now_ns();
      echo_due_ = false;
      waiting_ = true;
    }
    if (due_.empty()) return;
    post_.post(target_, due_);
    due_.clear();
  }

  HttpClient poll_;
  HttpClient post_;
  std::array<std::string, 4> packets_;
  std::string target_ = "/socket.io/?EIO=4&transport=polling";
  std::string due_;  // packets to post as soon as the last post is answered
  std::size_t next_ = 0;
  std::uint64_t sent_at_ = 0;
  Stage stage_ = Stage::opening;
  bool echo_due_ = false;
  bool waiting_ = false;
  bool stopped_ = false;
};

PollingTraffic::PollingTraffic(Options const& options, Meter& meter) : options_(options), meter_(meter) {}
PollingTraffic::~PollingTraffic() = default;

void PollingTraffic::run() {
  for (std::size_t number = 0; number < options_.connections; ++number) {
    auto& client =
        *clients_.emplace_back(std::make_unique<PollingClient>(options_.endpoint, number, options_.payload_bytes));
    poller_.add(client.poll_fd(), number * 2);
    poller_.add(client.post_fd(), number * 2 + 1);
  }
  auto const began = progress_at_ = now_ns();
  while (time_to_go_on(began)) turn();
  wait_for_the_last();
}

bool PollingTraffic::time_to_go_on(std::uint64_t began) {
  check_progress();
  auto const elapsed = now_ns() - began;
  if (!meter_.running() && elapsed >= options_.warm_up_ns) meter_.start();
  if (!meter_.running() || elapsed < options_.warm_up_ns + options_.seconds_ns) return true;
  meter_.stop();
  return false;
}

void PollingTraffic::wait_for_the_last() {
  for (auto const& client : clients_) client->stop();
  auto const waiting = [](auto const& client) { return client->waiting(); };
  while (std::ranges::any_of(clients_, waiting)) {
    check_progress();
    turn();
  }
}

void PollingTraffic::check_progress() {
  auto const now = now_ns();
  if (meter_.delivered_ever() != progress_) {
    progress_ = meter_.delivered_ever();
    progress_at_ = now;
  }
  if (now - progress_at_ > patience_ns) throw std::runtime_error("five seconds without an answer that is due");
}

void PollingTraffic::turn() {
  for (auto const& event : poller_.wait(100)) {
    if (!(event.events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))) continue;
    auto& client = *clients_[event.data.u64 / 2];
    if (event.data.u64 % 2 == 0) {
      client.on_poll_readable(meter_);
    } else {
      client.on_post_readable();
    }
  }
}

}  // namespace bench
