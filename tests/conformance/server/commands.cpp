#include <algorithm>

#include "tests/conformance/server/handlers.h"

// The event `cmd`: one operation of the server's own API a call.
namespace conformance {

using namespace parley;

namespace {

std::vector<RoomName> to_rooms(Json const& names) {
  std::vector<RoomName> rooms;
  if (!names.is_array()) return rooms;
  for (auto const& name : names.elements()) rooms.emplace_back(name.as_string().value_or(""));
  return rooms;
}

std::optional<base::Duration> to_timeout(Json const& spec) {
  auto const ms = spec["timeout"].as_int();
  return ms ? std::optional<base::Duration>(*ms) : std::nullopt;
}

Json done(Json result = {}) { return Json::object({{"ok", true}, {"result", std::move(result)}}); }
Json failed(std::string_view why) { return Json::object({{"ok", false}, {"error", why}}); }

JsonArgs to_args(Json const& spec) {
  auto const* args = spec.find("args");
  return args && args->is_array() ? JsonArgs(args->elements()) : JsonArgs();
}

bool is_plain_socket(Json const& spec) {
  return spec["target"].as_string() == "socket" && !spec.find("to") && !spec.find("except");
}

}  // namespace

BroadcastOperator Handlers::target(Socket& socket, Json const& spec) {
  auto const kind = spec["target"].as_string().value_or("io");
  auto const* other = spec.find("nsp");
  auto op = kind == "io" ? io_.of(other ? std::string(other->as_string().value_or("/")) : socket.nsp()).all()
                         : socket.broadcast();
  op = op.to(to_rooms(spec["to"])).except(to_rooms(spec["except"]));
  if (spec["volatile"].as_bool() == true) op = op.volatile_();
  if (spec["local"].as_bool() == true) op = op.local();
  if (auto const on = spec["compress"].as_bool()) op = op.compress(*on);
  if (auto const limit = to_timeout(spec)) op = op.timeout(*limit);
  return op;
}

void Handlers::emit_once(Socket& socket, Json const& spec, JsonArgs const& args) {
  std::string const event(spec["event"].as_string().value_or(""));
  if (spec["target"].as_string() == "parent") {
    return dynamic_.to(to_rooms(spec["to"])).except(to_rooms(spec["except"])).emit(event, args);
  }
  if (!is_plain_socket(spec)) return target(socket, spec).emit(event, args);
  socket.emit_with({.is_volatile = spec["volatile"].as_bool() == true, .local = false, .compress = {}, .timeout = {}},
                   event, args);
}

Task<Json> Handlers::emit(Socket& socket, Json const& spec) {
  auto const args = to_args(spec);
  std::string const event(spec["event"].as_string().value_or(""));
  if (spec["ack"].as_bool() == true) {
    auto const answers = co_await target(socket, spec).emit_with_ack(event, args);
    if (answers.complete) co_return done(answers.answers);
    auto reply = failed("operation has timed out");
    reply.set("responses", answers.answers);
    co_return reply;
  }
  auto const repeat = spec["repeat"].as_int();
  if (!repeat) {
    emit_once(socket, spec, args);
    co_return done();
  }
  auto const interval = spec["interval"].as_int().value_or(0);
  for (std::int64_t i = 0; i < *repeat; ++i) {
    auto numbered = args;
    numbered.values.emplace_back(i);
    emit_once(socket, spec, numbered);
    if (interval > 0) co_await io_.sleep(std::chrono::milliseconds(interval));
  }
  co_return done();
}

Task<Json> Handlers::command(Socket& socket, Json spec) {
  auto const op = spec["op"].as_string().value_or("");
  if (op == "emit") co_return co_await emit(socket, spec);
  if (op == "fetch-sockets") {
    auto sockets = co_await target(socket, spec).fetch_sockets();
    std::ranges::sort(sockets, {}, [](RemoteSocket const& each) { return each.id().text(); });
    Json::Array list;
    for (auto const& each : sockets) {
      list.push_back(Json::object({{"id", each.id().text()},
                                   {"rooms", to_json_array(each.rooms())},
                                   {"data", each.data()},
                                   {"auth", each.handshake().auth}}));
    }
    co_return done(list);
  }
  if (op == "remote-emit-ack") {
    auto const sockets = co_await target(socket, spec).fetch_sockets();
    if (sockets.empty()) co_return failed("no socket");
    auto const limit = to_timeout(spec).value_or(std::chrono::seconds(20));
    auto const answer = co_await sockets[0].emit_with_ack(spec["event"].as_string().value_or(""), limit, to_args(spec));
    co_return answer ? done((*answer)[0]) : failed(to_string(answer.error()));
  }
  if (op == "sockets-join") {
    target(socket, spec).sockets_join(to_rooms(spec["rooms"]));
    co_return done();
  }
  if (op == "sockets-leave") {
    target(socket, spec).sockets_leave(to_rooms(spec["rooms"]));
    co_return done();
  }
  if (op == "disconnect-sockets") {
    target(socket, spec).disconnect_sockets(spec["close"].as_bool().value_or(false));
    co_return done();
  }
  if (op == "server-side-emit") {
    auto const* other = spec.find("nsp");
    auto const nsp = io_.of(other ? std::string(other->as_string().value_or("/")) : socket.nsp());
    auto const answers =
        co_await nsp.server_side_emit(spec["event"].as_string().value_or(""), Json(to_args(spec).values));
    co_return done(spec["ack"].as_bool() == true ? Json(answers.answers) : Json());
  }
  co_return failed("unknown op " + std::string(op));
}

}  // namespace conformance
