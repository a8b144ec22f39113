#include "parley/socketio/socket.h"

#include <algorithm>

#include "parley/socketio/client.h"

namespace parley::socketio {
namespace {

/// Calls each listener that is there now, whatever they add and remove meanwhile.
template <class Listener, class... A>
void call_each(std::vector<std::shared_ptr<Listener>> const& listeners, std::string_view event, A const&... arguments) {
  for (auto const& listener : std::vector(listeners)) {
    try {
      (*listener)(arguments...);
    } catch (...) {
      report_exception(event, std::current_exception());
    }
  }
}

/// The JSON of an event that is encoded already.
std::string_view json_of(Message const& message, std::string_view nsp) {
  auto const text = message.text();
  // The name of a namespace may hold brackets, but no comma.
  return text.substr(text.find('[', nsp == "/" ? 0 : text.find(',')));
}

}  // namespace

AnyAck::AnyAck(std::shared_ptr<Socket> socket, std::optional<std::uint64_t> id) : socket_(std::move(socket)), id_(id) {}
AnyAck::~AnyAck() = default;

void report_exception(std::string_view event, std::exception_ptr thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (base::Abandoned const&) {
    base::log_debug("a handler was abandoned", {{"event", event}});
  } catch (std::exception const& exception) {
    base::log_error("a handler has thrown", {{"event", event}, {"what", exception.what()}});
  } catch (...) {
    base::log_error("a handler has thrown", {{"event", event}, {"what", "not a std::exception"}});
  }
}

std::string_view Handshake::header(std::string_view name) const {
  auto const at = std::ranges::find(headers, name, &Pairs::value_type::first);
  return at == headers.end() ? std::string_view{} : at->second;
}

std::string_view Handshake::parameter(std::string_view name) const {
  auto const at = std::ranges::find(query, name, &Pairs::value_type::first);
  return at == query.end() ? std::string_view{} : at->second;
}

Socket::Socket(std::shared_ptr<Namespace> nsp, Client& client, base::SocketId const& id, base::Json auth)
    : nsp_(std::move(nsp)), client_(&client), id_(id) {
  if (!auth.is_null()) extras().auth = std::move(auth);
}

Socket::~Socket() = default;

std::string const& Socket::nsp() const { return nsp_->name(); }

Handshake Socket::handshake() const {
  Handshake handshake;
  if (client_) handshake = client_->link().handshake();
  handshake.auth = auth();
  return handshake;
}

base::Json const& Socket::auth() const {
  static base::Json const none = base::Json::object();
  return extras_ && !extras_->auth.is_null() ? extras_->auth : none;
}

base::Json& Socket::data() {
  auto& data = extras().data;
  if (data.is_null()) data = base::Json::object();
  return data;
}

TransportKind Socket::transport() const { return client_ ? client_->link().transport() : TransportKind::polling; }

Socket::Extras& Socket::extras() {
  if (!extras_) extras_ = std::make_unique<Extras>();
  return *extras_;
}

// Listening -----------------------------------------------------------------------------------------------------------

void Socket::listen(std::string_view event, Handler handler, bool once) {
  Listener listener{nsp_->hub().pooled(event), std::move(handler), once, false};
  if (dispatching_ == 0) {
    listeners_.push_back(std::move(listener));
    return;
  }
  // A handler is running, and it must not be moved while it does.
  extras().late_listeners.push_back(std::move(listener));
  untidy_ = true;
}

void Socket::off(std::string_view event) {
  for (auto& listener : listeners_) listener.removed = listener.removed || listener.name == event;
  if (extras_) std::erase_if(extras_->late_listeners, [&](auto const& late) { return late.name == event; });
  untidy_ = true;
  if (dispatching_ == 0) after_dispatch();
}

void Socket::on(RefusedEvent, base::Function<void(std::string const&)> handler) {
  extras().on_error.push_back(std::make_shared<decltype(handler)>(std::move(handler)));
}
void Socket::on_any(AnyListener listener) {
  extras().any.push_back(std::make_shared<AnyListener>(std::move(listener)));
}
void Socket::on_any_outgoing(AnyListener listener) {
  extras().any_outgoing.push_back(std::make_shared<AnyListener>(std::move(listener)));
}
void Socket::off_any() { extras().any.clear(); }
void Socket::off_any_outgoing() { extras().any_outgoing.clear(); }
void Socket::add_middleware(PacketMiddleware middleware) {
  extras().middlewares.push_back(std::make_shared<PacketMiddleware>(std::move(middleware)));
}

void Socket::on_event(std::string_view name, Args const& args, std::optional<std::uint64_t> ack_id) {
  auto const self = shared_from_this();
  if (extras_) {
    if (!extras_->any.empty()) call_each(extras_->any, name, name, args);
    if (!extras_->middlewares.empty()) {
      auto event = std::make_shared<PendingEvent>(PendingEvent{std::string(name), JsonArgs::copy_of(args)});
      return run_middlewares(std::move(event), ack_id, 0);
    }
  }
  Incoming incoming{self, name, args, ack_id};
  dispatch_event(incoming);
}

void Socket::run_middlewares(std::shared_ptr<PendingEvent> event, std::optional<std::uint64_t> ack_id,
                             std::size_t next) {
  if (!connected_) return;
  if (next < extras_->middlewares.size()) {
    auto const middleware = extras_->middlewares[next];
    auto const self = shared_from_this();
    try {
      (*middleware)(event, [self, event, ack_id, next](base::Result<void, std::string> verdict) {
        if (verdict) return self->run_middlewares(event, ack_id, next + 1);
        call_each(self->extras_->on_error, event->name, verdict.error());
      });
    } catch (...) {
      report_exception("middleware", std::current_exception());
    }
    return;
  }
  // What the middlewares have left is read again, as if it had come so.
  Message message;
  Encoder(message, "/").event(event->name, std::nullopt, event->args);
  auto const text = json_of(message, "/");
  // Another event may be under way, with its arguments in the hub's parser: a middleware goes on whenever it likes.
  base::JsonParser parser;
  auto const array = parser.parse(text, base::JsonParser::Padding::absent, message.attachments);
  if (!array) return;
  auto const self = shared_from_this();
  Incoming incoming{self, event->name, Args(*array, text, 1, message.attachments), ack_id};
  dispatch_event(incoming);
}

void Socket::dispatch_event(Incoming& incoming) {
  auto const& on_unknown_event = nsp_->spec().on_unknown_event;
  if (!dispatch(incoming) && on_unknown_event) on_unknown_event(*this, incoming.name);
}

bool Socket::dispatch(Incoming& incoming) {
  ++dispatching_;
  bool known = false;
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    auto& listener = listeners_[i];
    if (listener.name != incoming.name || listener.removed) continue;
    known = true;
    if (listener.once) listener.removed = untidy_ = true;
    try {
      if (listener.handler(incoming) == Handled::yes) continue;
      auto const& on_bad_payload = nsp_->spec().on_bad_payload;
      if (on_bad_payload) {
        on_bad_payload(*this, incoming.name, Ack<>(incoming.socket, incoming.ack_id));
      } else {
        base::log_debug("an event does not fit its handler", {{"event", incoming.name}, {"socket", id_.text()}});
      }
    } catch (...) {
      report_exception(incoming.name, std::current_exception());
    }
  }
  --dispatching_;
  if (untidy_ && dispatching_ == 0) after_dispatch();
  return known;
}

void Socket::after_dispatch() {
  untidy_ = false;
  std::erase_if(listeners_, [](auto const& listener) { return listener.removed; });
  if (extras_) {
    for (auto& late : std::exchange(extras_->late_listeners, {})) listeners_.push_back(std::move(late));
  }
}

// Answers -------------------------------------------------------------------------------------------------------------

std::uint64_t Socket::next_ack_id() { return nsp_->hub().next_ack_id(); }

void Socket::expect_ack(std::uint64_t id, base::Function<void(Answer)> done) {
  if (!connected_) return done(base::fail(AckError::disconnected));
  extras().acks.emplace(id, std::move(done));
}

base::Task<Answer> Socket::ask(Message& message, std::uint64_t id, std::optional<base::Duration> timeout) {
  base::Completion<Answer> answer;
  expect_ack(id, answer.resolver());
  if (connected_) {
    if (has_outgoing_listeners()) notify_outgoing(message);
    send(message, {});
  }
  if (timeout) {
    nsp_->hub().host().after(*timeout, [self = weak_from_this(), id] {
      auto const socket = self.lock();
      if (!socket || !socket->extras_) return;
      if (auto waiting = socket->extras_->acks.extract(id)) waiting.mapped()(base::fail(AckError::timeout));
    });
  }
  return [](base::Completion<Answer> waiting) -> base::Task<Answer> { co_return co_await waiting; }(std::move(answer));
}

void Socket::on_ack(std::uint64_t id, Args const& args) {
  if (!extras_) return;
  auto waiting = extras_->acks.extract(id);
  if (!waiting) return;
  auto const self = shared_from_this();
  try {
    waiting.mapped()(JsonArgs::copy_of(args));
  } catch (...) {
    report_exception("acknowledgement", std::current_exception());
  }
}

// Sending -------------------------------------------------------------------------------------------------------------

Message& Socket::scratch() { return nsp_->hub().scratch(); }

bool Socket::has_outgoing_listeners() const { return extras_ && !extras_->any_outgoing.empty(); }

void Socket::notify_outgoing(Message const& message) {
  auto const text = json_of(message, nsp());
  auto const array = nsp_->hub().outgoing_parser().parse(text, base::JsonParser::Padding::absent, message.attachments);
  if (!array) return;
  std::string const name(array->at(0).as_string().value_or(""));
  Args const args(*array, text, 1, message.attachments);
  call_each(extras_->any_outgoing, name, std::string_view(name), args);
}

void Socket::send(Message const& message, EmitFlags const& flags) {
  if (!client_ || (flags.is_volatile && !client_->link().writable())) return;
  client_->link().send(message);
}

void Socket::send(SharedMessage const& message, EmitFlags const& flags) {
  if (!client_ || (flags.is_volatile && !client_->link().writable())) return;
  client_->link().send(message);
}

void Socket::send_packet(PacketType type, std::string_view json) {
  if (!client_) return;
  Encoder(scratch(), nsp()).other(type, json);
  client_->link().send(scratch());
}

// Rooms ---------------------------------------------------------------------------------------------------------------

void Socket::join(base::RoomName const& room) {
  if (connected_) nsp_->rooms().join(*this, room);
}
void Socket::join(std::vector<base::RoomName> const& rooms) {
  for (auto const& room : rooms) join(room);
}
void Socket::leave(base::RoomName const& room) { nsp_->rooms().leave(*this, room); }
std::vector<base::RoomName> Socket::rooms() const { return RoomIndex::rooms_of(*this); }
bool Socket::is_in(base::RoomName const& room) const { return nsp_->rooms().is_in(*this, room); }

BroadcastOperator Socket::broadcast() const { return {nsp_->hub(), nsp(), this}; }

// Beginning and end ---------------------------------------------------------------------------------------------------

void Socket::accept() {
  connected_ = true;
  nsp_->rooms().add(*this);
  std::string json = R"({"sid":")";
  json += id_.text();
  json += "\"}";
  send_packet(PacketType::connect, json);
  auto const self = shared_from_this();
  for (auto const& handler : nsp_->spec().on_connection) {
    try {
      handler(self);
    } catch (...) {
      report_exception("connection", std::current_exception());
    }
  }
  // Most sockets have all the listeners now that they will ever have.
  listeners_.shrink_to_fit();
}

void Socket::disconnect(bool close) {
  if (!connected_) return;
  if (close) return client_->disconnect();
  if (leaving_) return;
  send_packet(PacketType::disconnect, {});
  on_close(CloseReason::server_namespace_disconnect);
}

void Socket::drop() {
  if (connected_) client_->close(CloseReason::forced_server_close);
}

void Socket::on_close(CloseReason why) {
  if (!connected_ || std::exchange(leaving_, true)) return;
  auto const self = shared_from_this();
  Incoming leaving{self, "disconnecting", {}, std::nullopt, why};
  dispatch(leaving);
  nsp_->rooms().remove(*this);
  connected_ = false;
  if (client_) std::exchange(client_, nullptr)->forget(*this);
  if (extras_) {
    for (auto& [id, waiting] : std::exchange(extras_->acks, {})) waiting(base::fail(AckError::disconnected));
  }
  Incoming left{self, "disconnect", {}, std::nullopt, why};
  dispatch(left);
  // Handlers may hold the socket; letting them go lets it go.
  for (auto& listener : listeners_) listener.removed = true;
  if (extras_) {
    extras_->any.clear();
    extras_->any_outgoing.clear();
    extras_->middlewares.clear();
    extras_->on_error.clear();
  }
  untidy_ = true;
  if (dispatching_ == 0) after_dispatch();
  nsp_->hub().left(*nsp_);
}

}  // namespace parley::socketio
