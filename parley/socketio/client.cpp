#include "parley/socketio/client.h"

#include <algorithm>

namespace parley::socketio {
namespace {

/// What a client may send before a middleware has let it in.
constexpr std::size_t early_bytes_max = 1'000'000;

bool is_binary(PacketType type) { return type == PacketType::binary_event || type == PacketType::binary_ack; }
bool is_ack(PacketType type) { return type == PacketType::ack || type == PacketType::binary_ack; }

/// The name of an event. One that came as a number is known by its text.
class EventName {
 public:
  EventName() = default;
  explicit EventName(std::string_view borrowed) : borrowed_(borrowed) {}
  explicit EventName(std::string number) : number_(std::move(number)) {}
  std::string_view text() const { return number_.empty() ? borrowed_ : number_; }

 private:
  std::string_view borrowed_;
  std::string number_;
};

/// The shape that events and acknowledgements must have, and the event's name (empty for an acknowledgement).
base::Result<EventName, PacketError> check_array(PacketType type,
                                                 base::Result<base::JsonView, base::JsonError> const& array) {
  if (!array || !array->is_array()) return base::fail(PacketError::bad_payload);
  if (is_ack(type)) return EventName();
  auto const first = array->at(0);
  if (auto const name = first.as_string()) {
    if (is_reserved_event(*name)) return base::fail(PacketError::reserved_event);
    return EventName(*name);
  }
  if (first.kind() != base::JsonKind::number) return base::fail(PacketError::bad_payload);
  std::string number;
  base::JsonWriter(number).copy(first);
  return EventName(std::move(number));
}

}  // namespace

Client::Held::Held(PacketHeader const& packet, std::span<base::SharedBytes const> with)
    : nsp(packet.nsp), header(packet), attachments(with.begin(), with.end()) {
  json.reserve(packet.json.size() + base::json_padding_bytes);
  json = packet.json;
  header.json = json;
  header.nsp = nsp;
}

Client::Client(Hub& hub, Link& link) : hub_(hub), link_(link), alive_(std::make_shared<Client*>(this)) {
  hub_.host().after(hub_.config().connect_timeout, [alive = std::weak_ptr(alive_)] {
    auto const client = alive.lock();
    if (client && !(*client)->has_joined_) (*client)->close(CloseReason::forced_server_close);
  });
}

Client::~Client() = default;

void Client::fail(PacketError why) {
  base::log_debug("a packet cannot be read", {{"error", static_cast<int>(why)}});
  close(CloseReason::forced_close);
}

void Client::receive_text(std::string_view text) {
  if (partial_) return fail(PacketError::unexpected_text);
  auto const header = read_packet_header(text);
  if (!header) return fail(header.error());
  if (is_binary(header->type)) {
    // Judged now, as without attachments: the client need not send what would be refused.
    auto const array = hub_.parser().parse(header->json, base::JsonParser::Padding::present);
    if (auto const valid = check_array(header->type, array); !valid) return fail(valid.error());
    partial_ = std::make_unique<Held>(*header, std::span<base::SharedBytes const>{});
    return;
  }
  on_packet(*header, {});
}

void Client::receive_binary(base::BytesView bytes) {
  if (!partial_) return fail(PacketError::unexpected_binary);
  partial_->attachments.push_back(std::make_shared<base::Bytes const>(bytes.begin(), bytes.end()));
  if (partial_->attachments.size() < partial_->header.attachments) return;
  auto const whole = std::move(partial_);
  on_packet(whole->header, whole->attachments);
}

namespace {

/// Whether every placeholder names an attachment that is there.
bool placeholders_fit(base::JsonView value) {
  if (value.is_array()) {
    bool fit = true;
    value.for_each_element([&](base::JsonView element) { fit = fit && placeholders_fit(element); });
    return fit;
  }
  if (value.is_object()) {
    if (value["_placeholder"].as_bool() == true) return false;
    bool fit = true;
    value.for_each_member([&](std::string_view, base::JsonView member) { fit = fit && placeholders_fit(member); });
    return fit;
  }
  return true;
}

}  // namespace

void Client::on_packet(PacketHeader const& header, std::span<base::SharedBytes const> attachments) {
  if (header.type == PacketType::connect) return on_connect(header);
  if (header.type == PacketType::connect_error) return fail(PacketError::unknown_type);
  if (!joining_.empty() && is_joining(header.nsp)) return hold(header, attachments);
  if (header.type == PacketType::disconnect) {
    if (!header.json.empty()) return fail(PacketError::bad_payload);
    auto* const socket = find(header.nsp);
    if (!socket) return close(CloseReason::forced_server_close);
    return socket->on_close(CloseReason::client_namespace_disconnect);
  }

  auto const array = hub_.parser().parse(header.json, base::JsonParser::Padding::present, attachments);
  auto const name = check_array(header.type, array);
  if (!name) return fail(name.error());
  if (!attachments.empty() && !placeholders_fit(*array)) return fail(PacketError::illegal_attachments);
  if (is_ack(header.type)) {
    auto* const socket = find(header.nsp);
    if (!socket) return close(CloseReason::forced_server_close);
    if (header.id) socket->on_ack(*header.id, Args(*array, header.json, 0, attachments));
    return;
  }

  auto* const socket = find(header.nsp);
  if (!socket) return close(CloseReason::forced_server_close);
  socket->on_event(name->text(), Args(*array, header.json, 1, attachments), header.id);
}

void Client::on_connect(PacketHeader const& header) {
  base::Json auth;
  if (!header.json.empty()) {
    auto const view = hub_.parser().parse(header.json, base::JsonParser::Padding::present);
    if (!view || !view->is_object()) return fail(PacketError::bad_payload);
    auth = base::Json::copy_of(*view);
  }
  if (is_joining(header.nsp) || find(header.nsp)) return close(CloseReason::forced_server_close);
  auto nsp = hub_.open(header.nsp, auth);
  if (!nsp) return refuse(header.nsp, {"Invalid namespace", {}});
  auto const socket = std::make_shared<Socket>(
      nsp, *this, base::SocketId::make(hub_.host().worker(), hub_.host().random()), std::move(auth));
  joining_.push_back(socket);
  run_middlewares(socket, nsp->spec(), 0);
}

void Client::run_middlewares(std::shared_ptr<Socket> const& socket, NamespaceSpec const& spec, std::size_t next) {
  if (next == spec.middlewares.size()) return join(socket);
  // The socket holds its namespace, and that holds the specification, for as long as a middleware decides.
  spec.middlewares[next](socket, [alive = std::weak_ptr(alive_), socket, &spec, next](Verdict verdict) {
    auto const client = alive.lock();
    if (!client) return;
    auto& self = **client;
    if (verdict) return self.run_middlewares(socket, spec, next + 1);
    std::erase(self.joining_, socket);
    socket->detach();
    self.take_early(socket->nsp());
    self.refuse(socket->nsp(), verdict.error());
    // It may have been made for this socket alone.
    if (auto* const nsp = self.hub_.find(socket->nsp())) self.hub_.left(*nsp);
  });
}

void Client::join(std::shared_ptr<Socket> const& socket) {
  std::erase(joining_, socket);
  has_joined_ = true;
  sockets_.push_back(socket);
  socket->accept();
  // Handling them may end the client; none of them may come after what it sends from now on.
  auto const alive = std::weak_ptr(alive_);
  for (auto const& packet : take_early(socket->nsp())) {
    if (alive.expired()) return;
    on_packet(packet->header, packet->attachments);
  }
}

bool Client::is_joining(std::string_view nsp) const {
  return std::ranges::any_of(joining_, [&](auto const& socket) { return socket->nsp() == nsp; });
}

void Client::hold(PacketHeader const& header, std::span<base::SharedBytes const> attachments) {
  early_bytes_ += header.json.size() + sizeof(Held);
  for (auto const& attachment : attachments) early_bytes_ += attachment->size();
  if (early_bytes_ > early_bytes_max) return close(CloseReason::forced_server_close);
  early_.push_back(std::make_unique<Held>(header, attachments));
}

std::vector<std::unique_ptr<Client::Held>> Client::take_early(std::string_view nsp) {
  std::vector<std::unique_ptr<Held>> taken;
  for (auto& packet : std::exchange(early_, {})) (packet->nsp == nsp ? taken : early_).push_back(std::move(packet));
  if (early_.empty()) early_bytes_ = 0;
  return taken;
}

void Client::refuse(std::string_view nsp, ConnectError const& why) {
  auto json = base::Json::object({{"message", why.message}});
  if (why.data) json.set("data", *why.data);
  Message message;
  Encoder(message, nsp).other(PacketType::connect_error, json.dump());
  link_.send(message);
}

Socket* Client::find(std::string_view nsp) const {
  for (auto const& socket : sockets_) {
    if (socket->nsp() == nsp) return socket.get();
  }
  return nullptr;
}

void Client::forget(Socket& socket) {
  std::erase_if(sockets_, [&](auto const& held) { return held.get() == &socket; });
}

void Client::disconnect() {
  for (auto const& socket : std::vector(sockets_)) socket->disconnect();
  close(CloseReason::forced_server_close);
}

void Client::close(CloseReason why) { link_.close(why); }

void Client::session_closed(CloseReason why) {
  alive_.reset();
  partial_.reset();
  early_.clear();
  for (auto const& socket : std::exchange(joining_, {})) socket->detach();
  for (auto const& socket : std::vector(sockets_)) socket->on_close(why);
}

}  // namespace parley::socketio
