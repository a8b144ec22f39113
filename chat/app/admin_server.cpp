#include "chat/app/admin_server.h"

#include <unistd.h>

#include "parley/base/log.h"

namespace parley::chat {

/// One `parley admin` at the other end.
class AdminServer::Caller final : public net::StreamUser, public std::enable_shared_from_this<Caller> {
 public:
  Caller(AdminServer& server, int descriptor, net::Address const& peer)
      : server_(&server), stream_(std::make_unique<net::Stream>(*server.streams_, descriptor, peer)) {}
  ~Caller() override { leave(); }

  void open() { stream_->open(*this); }
  /// The server is going.
  void leave() {
    if (!server_) return;
    stream_->close();
    std::exchange(server_, nullptr)->loop_->bury(std::move(stream_));
  }

 private:
  /// More than any question takes.
  static constexpr std::size_t line_bytes_max = 16 * 1024;

  void on_bytes(base::MutableBytes bytes) override {
    line_ += base::as_text(bytes);
    auto const end = line_.find('\n');
    if (end == std::string::npos) {
      if (line_.size() > line_bytes_max) end_call();
      return;
    }
    // One question for each call: whatever else comes is not looked at.
    if (std::exchange(asked_, true)) return;
    base::start(serve(shared_from_this(), line_.substr(0, end)), [](std::exception_ptr thrown) {
      if (thrown) base::log_error("an operator's question has thrown");
    });
  }
  void on_end(net::StreamEnd) override { end_call(); }

  static base::Task<void> serve(std::shared_ptr<Caller> self, std::string line) {
    auto question = Json::parse(line).value_or(Json());
    auto const desk = self->server_->desk_;
    auto answering = desk->answer(std::move(question));
    auto const answer = co_await std::move(answering);
    self->say(answer.dump() + "\n");
  }
  void say(std::string const& line) {
    if (!server_ || !stream_->is_open()) return;
    stream_->outbox().append(base::as_bytes(line));
    stream_->output_added();
  }
  void end_call() {
    if (server_) server_->forget(*this);
  }

  AdminServer* server_;
  std::unique_ptr<net::Stream> stream_;
  std::string line_;
  bool asked_ = false;
};

AdminServer::AdminServer(int descriptor, std::string path, AdminDesk const& desk)
    : descriptor_(descriptor), path_(std::move(path)), desk_(std::make_shared<AdminDesk>(desk)) {}

AdminServer::~AdminServer() {
  unlink(path_.c_str());
  for (auto const& [caller, owned] : callers_) caller->leave();
  if (!listener_) ::close(descriptor_);
}

void AdminServer::open(net::EventLoop& loop, net::StreamHub& streams) {
  loop_ = &loop;
  streams_ = &streams;
  listener_ = std::make_unique<net::Listener>(
      loop, descriptor_, [this](int accepted, net::Address const& peer) { accept(accepted, peer); });
}

void AdminServer::accept(int descriptor, net::Address const& peer) {
  if (callers_.size() >= callers_max) {
    ::close(descriptor);
    return;
  }
  auto const caller = std::make_shared<Caller>(*this, descriptor, peer);
  callers_.emplace(caller.get(), caller);
  caller->open();
}

void AdminServer::forget(Caller& caller) {
  auto const found = callers_.find(&caller);
  if (found == callers_.end()) return;
  auto const owned = std::move(found->second);
  callers_.erase(found);
  owned->leave();
  loop_->bury(owned);
}

}  // namespace parley::chat
