#include "parley/socketio/hub.h"

#include "parley/socketio/memory_adapter.h"

namespace parley::socketio {

Hub::Hub(Host& host, HubConfig const& config, Specs const& specs)
    : host_(host), config_(config), specs_(specs), adapter_(std::make_unique<MemoryAdapter>(*this)) {
  for (auto const& spec : specs_) {
    if (!spec->accepts) namespaces_.emplace(spec->name, std::make_shared<Namespace>(*this, spec->name, spec));
  }
}

Hub::~Hub() = default;

Namespace* Hub::find(std::string_view name) const {
  auto const at = namespaces_.find(name);
  return at == namespaces_.end() ? nullptr : at->second.get();
}

namespace {

bool accepts(NamespaceSpec const& spec, std::string_view name, base::Json const& auth) {
  if (!spec.accepts) return false;
  try {
    return spec.accepts(name, auth);
  } catch (...) {
    report_exception("namespace", std::current_exception());
    return false;
  }
}

}  // namespace

std::shared_ptr<Namespace> Hub::open(std::string_view name, base::Json const& auth) {
  if (auto const at = namespaces_.find(name); at != namespaces_.end()) return at->second;
  for (auto const& spec : specs_) {
    if (!accepts(*spec, name, auth)) continue;
    auto child = std::make_shared<Namespace>(*this, std::string(name), spec);
    return namespaces_.emplace(child->name(), child).first->second;
  }
  return nullptr;
}

void Hub::left(Namespace& nsp) {
  if (!config_.cleanup_empty_child_namespaces || !nsp.spec().accepts || nsp.rooms().size() > 0) return;
  // The socket that has just left is still in use further up; its namespace goes when this turn is over.
  host_.after(base::Duration(0), [this, name = nsp.name()] {
    auto const at = namespaces_.find(name);
    // Whoever is joining it holds it.
    if (at != namespaces_.end() && at->second.use_count() == 1) namespaces_.erase(at);
  });
}

std::vector<std::string> Hub::namespace_names() const {
  std::vector<std::string> names;
  for (auto const& [name, nsp] : namespaces_) names.push_back(name);
  return names;
}

void Hub::for_each_child(NamespaceSpec const& parent, base::FunctionRef<void(Namespace&)> visit) const {
  for (auto const& [name, nsp] : namespaces_) {
    if (&nsp->spec() == &parent) visit(*nsp);
  }
}

std::uint64_t Hub::next_ack_id() { return ack_ids_++ * host_.workers() + host_.worker(); }

std::string_view Hub::pooled(std::string_view name) {
  auto const at = names_.find(name);
  return at != names_.end() ? *at : *names_.emplace(name).first;
}

void Hub::broadcast_here(Broadcast const& broadcast, Socket const* but) {
  auto* nsp = find(broadcast.nsp);
  if (!nsp) return;
  std::vector<std::shared_ptr<Socket>> listening;
  nsp->rooms().select(broadcast.target, but, [&](Socket& socket) {
    if (socket.has_outgoing_listeners()) listening.push_back(socket.shared_from_this());
    socket.send(broadcast.message, broadcast.flags);
  });
  for (auto const& socket : listening) socket->notify_outgoing(*broadcast.message);
}

std::size_t Hub::ask_here(Broadcast const& broadcast, std::uint64_t ack_id, Socket const* but,
                          std::function<void(Answer)> const& on_answer) {
  auto* nsp = find(broadcast.nsp);
  if (!nsp) return 0;
  std::size_t asked = 0;
  std::vector<std::shared_ptr<Socket>> listening;
  nsp->rooms().select(broadcast.target, but, [&](Socket& socket) {
    ++asked;
    if (socket.has_outgoing_listeners()) listening.push_back(socket.shared_from_this());
    socket.expect_ack(ack_id, [on_answer](Answer answer) { on_answer(std::move(answer)); });
    socket.send(broadcast.message, broadcast.flags);
  });
  for (auto const& socket : listening) socket->notify_outgoing(*broadcast.message);
  return asked;
}

}  // namespace parley::socketio
