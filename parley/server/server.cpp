#include "parley/server/server.h"

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "parley/base/log.h"
#include "parley/net/signals.h"

namespace parley::server {
namespace {

socketio::Hub& this_hub() {
  auto* worker = Worker::current();
  PARLEY_ASSERT(worker != nullptr);  // sending needs a worker: use Server::post from other threads
  return worker->hub();
}

auto load_tls(ServerConfig::Tls const& files) { return net::TlsContext::load(files.certificate_file, files.key_file); }

}  // namespace

// Namespaces ----------------------------------------------------------------------------------------------------------

Socket* NamespaceHandle::find(base::SocketId const& id) const {
  auto* nsp = this_hub().find(name());
  return nsp ? nsp->rooms().find(id) : nullptr;
}

BroadcastOperator NamespaceHandle::all() const { return {this_hub(), name()}; }

base::Task<std::vector<std::pair<std::string, std::size_t>>> NamespaceHandle::rooms() const {
  using Part = std::vector<std::pair<std::string, std::size_t>>;
  base::Completion<std::vector<Part>> parts;
  socketio::gather<Part>(
      this_hub(),
      [nsp = name()](socketio::Hub& hub) {
        auto* here = hub.find(nsp);
        return here ? here->rooms().sizes() : Part{};
      },
      parts.resolver());
  return [](base::Completion<std::vector<Part>> waiting) -> base::Task<Part> {
    Part all;
    for (auto const& part : co_await waiting) {
      for (auto const& [room, size] : part) {
        auto const same = std::ranges::find(all, room, [](auto const& pair) { return pair.first; });
        if (same == all.end()) {
          all.emplace_back(room, size);
        } else {
          same->second += size;
        }
      }
    }
    std::ranges::sort(all);
    co_return all;
  }(std::move(parts));
}

base::Task<socketio::BroadcastAnswers> NamespaceHandle::ask_servers(socketio::JsonArgs packet) const {
  base::Completion<socketio::BroadcastAnswers> answers;
  this_hub().adapter().server_side_emit(name(), std::move(packet), answers.resolver());
  return [](base::Completion<socketio::BroadcastAnswers> waiting) -> base::Task<socketio::BroadcastAnswers> {
    co_return co_await waiting;
  }(std::move(answers));
}

ParentBroadcast ParentBroadcast::to(std::vector<base::RoomName> rooms) const {
  auto next = *this;
  std::ranges::move(rooms, std::back_inserter(next.target_.rooms));
  return next;
}

ParentBroadcast ParentBroadcast::except(std::vector<base::RoomName> rooms) const {
  auto next = *this;
  std::ranges::move(rooms, std::back_inserter(next.target_.except));
  return next;
}

void ParentBroadcast::broadcast(std::shared_ptr<engineio::Message const> const& message) const {
  socketio::on_every_worker(this_hub(), [spec = spec_, target = target_, message](socketio::Hub& hub) {
    // The children differ in what stands before the JSON.
    auto const json = message->text().substr(message->text().find('['));
    hub.for_each_child(*spec, [&](socketio::Namespace& child) {
      auto const own = std::make_shared<engineio::Message>();
      socketio::Encoder(*own, child.name()).encoded(json, message->attachments);
      hub.host().seal(*own);
      hub.broadcast_here({child.name(), own, target, {}}, nullptr);
    });
  });
}

NamespaceHandle Server::of(std::string name) {
  if (!name.starts_with('/')) name.insert(0, 1, '/');
  for (auto const& spec : application_.specs) {
    if (!spec->accepts && spec->name == name) return {*this, spec};
  }
  auto const spec = std::make_shared<socketio::NamespaceSpec>();
  spec->name = std::move(name);
  // A running server only looks: a handle to a child of a pattern, or to nothing.
  if (!running_.is_set()) application_.specs.push_back(spec);
  return {*this, spec};
}

ParentNamespace Server::of_pattern(std::string name, socketio::NamespaceSpec::Accepts accepts) {
  PARLEY_ASSERT(!running_.is_set());
  auto const spec = std::make_shared<socketio::NamespaceSpec>();
  spec->name = std::move(name);
  spec->accepts = std::move(accepts);
  application_.specs.push_back(spec);
  return ParentNamespace(spec);
}

// Setting up ----------------------------------------------------------------------------------------------------------

Server::Server(ServerConfig config) {
  application_.config = std::move(config);
  auto& path = application_.config.path;
  while (path.ends_with('/')) path.pop_back();
  if (application_.config.workers == 0) application_.config.workers = std::thread::hardware_concurrency();
  application_.config.workers = std::clamp(application_.config.workers, 1u, 255u);
  of("/");
}

Server::~Server() {
  post_stop();
  wait();
  // Whoever waited for an answer unwinds when the mail is freed, and what it wants to send then finds no worker.
  auto const ended = std::exchange(workers_, {});
}

void Server::allow_request(std::function<base::Result<void, std::string>(HttpRequest const&)> policy) {
  application_.allow_request = std::move(policy);
}
void Server::on_initial_headers(std::function<void(http::Headers&, http::RequestHead const&)> hook) {
  application_.initial_headers = std::move(hook);
}
void Server::on_headers(std::function<void(http::Headers&, http::RequestHead const&)> hook) {
  application_.headers = std::move(hook);
}
void Server::on_answer(std::function<void(http::Headers&, http::RequestHead const&, Via const&)> hook) {
  application_.every_answer = std::move(hook);
}
void Server::on_connection_error(std::function<void(EngineRefusal const&)> handler) {
  application_.on_refusal = std::move(handler);
}
void Server::on_engine_session(std::function<void(EngineSocket&)> handler) {
  application_.on_engine_session = std::move(handler);
}

// Running -------------------------------------------------------------------------------------------------------------

base::Result<void, std::string> Server::open() {
  net::raise_open_files_limit();
  if (application_.config.tls) {
    auto loaded = load_tls(*application_.config.tls);
    if (!loaded) return base::fail(loaded.error());
    application_.tls = std::move(*loaded);
  }
  auto address = net::Address::resolve(application_.config.host, application_.config.port);
  if (!address) return base::fail(address.error());
  std::vector<int> listening;
  for (unsigned i = 0; i < application_.config.workers; ++i) {
    auto const sharing = i == 0 ? net::Listener::Sharing::first : net::Listener::Sharing::further;
    auto const descriptor = net::Listener::bind(*address, sharing);
    if (!descriptor) return base::fail(descriptor.error());
    listening.push_back(*descriptor);
    if (i == 0) port_ = net::Listener::local_address(*descriptor).port();
    address->set_port(port_);
  }
  running_.set();
  for (unsigned i = 0; i < listening.size(); ++i) {
    workers_.push_back(std::make_unique<Worker>(application_, workers_, static_cast<base::WorkerId>(i), listening[i]));
  }
  if (on_start_) workers_[0]->run_before(on_start_);
  return {};
}

int Server::run() {
  net::Signals::block({SIGINT, SIGTERM});
  if (on_hangup_) net::Signals::block({SIGHUP});
  if (auto const opened = open(); !opened) {
    base::log_error("the server cannot start", {{"why", opened.error()}});
    std::fprintf(stderr, "%s\n", opened.error().c_str());
    return 1;
  }
  net::Signals const signals(workers_[0]->loop(), {SIGINT, SIGTERM}, [this](int) {
    // Whoever says it twice does not want to wait for last words.
    stopping_.is_set() ? end_at_once() : post_stop();
  });
  std::optional<net::Signals> hangups;
  if (on_hangup_) hangups.emplace(workers_[0]->loop(), std::initializer_list{SIGHUP}, [this](int) { on_hangup_(); });
  for (std::size_t i = 1; i < workers_.size(); ++i) threads_.emplace_back([this, i] { workers_[i]->run(); });
  if (on_listening_) on_listening_(port_);
  workers_[0]->run();
  wait();
  return 0;
}

base::Result<void, std::string> Server::start() {
  if (auto opened = open(); !opened) return opened;
  for (auto const& worker : workers_) threads_.emplace_back([&worker] { worker->run(); });
  if (on_listening_) on_listening_(port_);
  return {};
}

void Server::post_stop() {
  if (workers_.empty() || !stopping_.set()) return;
  static_cast<void>(workers_[0]->post_job([this](Worker&) {
    if (on_stop_) on_stop_();
    // Behind whatever the handler has sent to the others.
    for (auto const& each : workers_) {
      static_cast<void>(workers_[0]->send_job(each->worker(), [](Worker& worker) { worker.stop(); }));
    }
  }));
}

base::Result<void, std::string> Server::post_reload_tls() {
  if (!application_.config.tls || workers_.empty()) return base::fail(std::string("no TLS is in use"));
  auto const loaded = load_tls(*application_.config.tls);
  if (!loaded) return base::fail(loaded.error());
  for (auto const& each : workers_) {
    if (!each->post_job([tls = *loaded](Worker& worker) { worker.use_tls(tls); })) {
      return base::fail(std::string("a worker's mailbox is full"));
    }
  }
  return {};
}

void Server::end_at_once() {
  base::log_warning("told again to stop: ending at once");
  for (auto const& each : workers_) {
    static_cast<void>(each->post_job([](Worker& worker) { worker.loop().stop(); }));
  }
}

void Server::wait() {
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

// On a worker ---------------------------------------------------------------------------------------------------------

base::Task<std::vector<std::string>> Server::namespace_names() {
  using Part = std::vector<std::string>;
  base::Completion<std::vector<Part>> parts;
  socketio::gather<Part>(
      this_hub(), [](socketio::Hub& hub) { return hub.namespace_names(); }, parts.resolver());
  return [](base::Completion<std::vector<Part>> waiting) -> base::Task<Part> {
    Part all;
    for (auto const& part : co_await waiting) all.insert(all.end(), part.begin(), part.end());
    std::ranges::sort(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    co_return all;
  }(std::move(parts));
}

void Server::after(base::Duration delay, base::Function<void()> call) {
  this_hub().host().after(delay, std::move(call));
}

base::Task<void> Server::sleep(base::Duration delay) {
  base::Completion<bool> over;
  after(delay, [resolve = over.resolver()]() mutable { resolve(true); });
  co_await over;
}

base::WorkerId Server::this_worker() {
  PARLEY_ASSERT(Worker::current() != nullptr);
  return Worker::current()->worker();
}

bool Server::post(base::WorkerId to, base::Function<void()> call) {
  if (to >= workers_.size()) return false;
  auto job = [call = std::move(call)](Worker&) mutable { call(); };
  auto* here = Worker::current();
  return here ? here->send_job(to, std::move(job)) : workers_[to]->post_job(std::move(job));
}

}  // namespace parley::server
