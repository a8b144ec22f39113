#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "parley/socketio/client.h"

namespace parley::socketio::test {

/// Repeatable, and different every time it is asked.
class CountingSource final : public base::RandomSource {
 public:
  void fill(std::span<std::uint8_t> bytes) override {
    ++count_;
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(count_ >> (i % 4 * 8));
  }

 private:
  std::uint32_t count_ = 0;
};

class World;

/// A worker without a thread: what is posted to it waits until the test lets it run.
class FakeHost final : public Host {
 public:
  FakeHost(World& world, base::WorkerId worker) : world_(world), worker_(worker) {}

  base::WorkerId worker() const override { return worker_; }
  unsigned workers() const override;
  base::RandomSource& random() override;
  void after(base::Duration delay, base::Function<void()> call) override;
  void seal(Message& message) const override { message.frame_start = message.start - 2; }
  bool post(base::WorkerId to, base::Function<void(Hub&)> call) override;

  std::deque<base::Function<void(Hub&)>> mailbox;
  std::size_t mailbox_limit = SIZE_MAX;

 private:
  World& world_;
  base::WorkerId worker_;
};

/// All workers of a process in one thread, with a clock that the test moves.
class World {
 public:
  explicit World(unsigned workers = 1, HubConfig config = {}) : config_(config) {
    for (unsigned i = 0; i < workers; ++i) {
      hosts_.push_back(std::make_unique<FakeHost>(*this, static_cast<base::WorkerId>(i)));
    }
    of("/");
  }

  /// Before the first client.
  NamespaceSpec& of(std::string name) {
    for (auto const& spec : specs_) {
      if (spec->name == name && !spec->accepts) return *spec;
    }
    specs_.push_back(std::make_shared<NamespaceSpec>());
    specs_.back()->name = std::move(name);
    return *specs_.back();
  }
  NamespaceSpec& of_pattern(NamespaceSpec::Accepts accepts) {
    specs_.push_back(std::make_shared<NamespaceSpec>());
    specs_.back()->accepts = std::move(accepts);
    return *specs_.back();
  }
  template <class F>
  void on_connection(F&& handler) {
    of("/").on_connection.push_back(make_connection_handler(std::forward<F>(handler)));
  }

  Hub& hub(unsigned worker = 0) {
    if (hubs_.empty()) {
      for (auto const& host : hosts_) hubs_.push_back(std::make_unique<Hub>(*host, config_, specs_));
    }
    return *hubs_[worker];
  }
  FakeHost& host(unsigned worker = 0) { return *hosts_[worker]; }
  unsigned workers() const { return static_cast<unsigned>(hosts_.size()); }

  /// Lets every worker do what was posted to it, and what follows from that.
  void run_posted() {
    for (bool more = true; std::exchange(more, false);) {
      for (std::size_t i = 0; i < hosts_.size(); ++i) {
        for (auto& job : std::exchange(hosts_[i]->mailbox, {})) {
          job(hub(static_cast<unsigned>(i)));
          more = true;
        }
      }
    }
  }
  /// Lets time pass, and then everything posted run.
  void pass(base::Duration time) {
    auto const until = now_ + time;
    while (!timers_.empty() && timers_.begin()->first <= until) {
      auto timer = timers_.extract(timers_.begin());
      now_ = timer.key();
      timer.mapped()();
    }
    now_ = until;
    run_posted();
  }
  void add_timer(base::Duration delay, base::Function<void()> call) { timers_.emplace(now_ + delay, std::move(call)); }
  base::RandomSource& random() { return random_; }

 private:
  HubConfig config_;
  Specs specs_;
  CountingSource random_;
  base::Duration now_{0};
  std::multimap<base::Duration, base::Function<void()>> timers_;
  std::vector<std::unique_ptr<FakeHost>> hosts_;
  std::vector<std::unique_ptr<Hub>> hubs_;
};

inline unsigned FakeHost::workers() const { return world_.workers(); }
inline base::RandomSource& FakeHost::random() { return world_.random(); }
inline void FakeHost::after(base::Duration delay, base::Function<void()> call) {
  world_.add_timer(delay, std::move(call));
}
inline bool FakeHost::post(base::WorkerId to, base::Function<void(Hub&)> call) {
  auto& receiver = world_.host(to).mailbox;
  if (receiver.size() >= world_.host(to).mailbox_limit) return false;
  receiver.push_back(std::move(call));
  return true;
}

/// The far end of a session: says packets as a client would, and keeps what it is told.
class Peer final : public Link {
 public:
  explicit Peer(World& world, unsigned worker = 0)
      : client_(std::make_unique<Client>(world.hub(worker), static_cast<Link&>(*this))) {}
  ~Peer() override { lose(CloseReason::transport_close); }

  /// One text message, as the protocol writes it: `2["event"]`.
  void say(std::string_view text) {
    if (closed) return;
    // A buffer of its very size, so that a sanitizer sees who reads beyond the padding.
    std::vector<char> buffer(text.size() + base::json_padding_bytes, ' ');
    std::copy(text.begin(), text.end(), buffer.begin());
    client_->receive_text({buffer.data(), text.size()});
  }
  void say(base::Bytes bytes) {
    if (!closed) client_->receive_binary(bytes);
  }
  /// Joins a namespace; the answer is taken.
  void join(std::string_view nsp = "/") {
    say(nsp == "/" ? std::string("0") : "0" + std::string(nsp) + ",");
    auto const all = take();
    sid = all.empty() ? "" : all.back().substr(std::min(all.back().size(), all.back().find("sid\":\"") + 6), 20);
  }
  /// The connection goes.
  void lose(CloseReason why) {
    if (std::exchange(closed, why)) return;
    client_->session_closed(why);
  }
  /// What the client was told since it was last asked, without the Engine.IO type; `<n>` for n binary bytes.
  std::vector<std::string> take() { return std::exchange(told_, {}); }

  void send(engineio::Message const& message) override {
    told_.emplace_back(message.text().substr(1));
    for (auto const& bytes : message.attachments) told_.push_back("<" + std::to_string(bytes->size()) + ">");
  }
  void send(engineio::SharedMessage const& message) override { send(*message); }
  bool writable() const override { return is_writable; }
  void close(CloseReason why) override { lose(why); }
  TransportKind transport() const override { return TransportKind::websocket; }
  Handshake handshake() const override {
    Handshake handshake;
    handshake.headers = {{"host", "example"}};
    handshake.query = {{"EIO", "4"}};
    return handshake;
  }

  std::string sid;
  std::optional<CloseReason> closed;
  bool is_writable = true;

 private:
  std::vector<std::string> told_;
  std::unique_ptr<Client> client_;
};

using Told = std::vector<std::string>;

inline base::SharedBytes bytes(base::Bytes of) { return std::make_shared<base::Bytes const>(std::move(of)); }

/// Runs a coroutine whose result the test looks at when it is there.
template <class T>
std::shared_ptr<std::optional<T>> result_of(base::Task<T> task) {
  auto const result = std::make_shared<std::optional<T>>();
  base::start(
      [](base::Task<T> awaited, std::shared_ptr<std::optional<T>> out) -> base::Task<void> {
        out->emplace(co_await std::move(awaited));
      }(std::move(task), result),
      [](std::exception_ptr) {});
  return result;
}

}  // namespace parley::socketio::test
