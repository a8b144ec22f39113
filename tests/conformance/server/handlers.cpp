#include "tests/conformance/server/handlers.h"

#include <algorithm>

namespace conformance {

using namespace parley;

Json to_json_array(std::vector<RoomName> rooms) {
  std::ranges::sort(rooms);
  Json::Array names;
  for (auto const& room : rooms) names.emplace_back(room.str());
  return names;
}

namespace {

Json to_object(Handshake::Pairs const& pairs) {
  auto object = Json::object();
  for (auto const& [name, value] : pairs) object.set(name, value);
  return object;
}

Json to_json(Handshake const& handshake) {
  return Json::object({{"headers", to_object(handshake.headers)},
                       {"time", base::to_iso8601(handshake.issued)},
                       {"address", handshake.address},
                       {"xdomain", handshake.xdomain},
                       {"secure", handshake.secure},
                       {"issued", handshake.issued.time_since_epoch().count()},
                       {"url", handshake.url},
                       {"query", to_object(handshake.query)},
                       {"auth", handshake.auth}});
}

std::vector<RoomName> to_rooms(Json const& one_or_many) {
  std::vector<RoomName> rooms;
  if (auto const name = one_or_many.as_string()) rooms.emplace_back(*name);
  if (one_or_many.is_array()) {
    for (auto const& each : one_or_many.elements()) rooms.emplace_back(each.as_string().value_or(""));
  }
  return rooms;
}

}  // namespace

Handlers::Handlers(Server& io, std::string node_name)
    : io_(io),
      log_(io.of("/log")),
      dynamic_(io.of_pattern("dynamic",
                             [](std::string_view name, Json const&) {
                               constexpr std::string_view prefix = "/dynamic-";
                               return name.starts_with(prefix) && name.size() > prefix.size() &&
                                      name.find_first_not_of("0123456789", prefix.size()) == std::string_view::npos;
                             })),
      node_name_(std::move(node_name)) {
  add_namespaces();
}

void Handlers::log(Json entry) {
  entry.set("node", node_name_);
  log_.all().local().emit("log", entry);
}

void Handlers::add_namespaces() {
  auto const common = [this](Socket& socket) { add_common(socket); };
  auto const greeting = [this](Socket& socket) {
    socket.emit("auth", socket.handshake().auth);
    add_common(socket);
  };
  io_.of("/").on(connection, greeting);
  io_.of("/custom").on(connection, greeting);
  io_.of("/plain").on(connection, common);
  dynamic_.on(connection, common);

  io_.of("/mw")
      .use([this](Socket& socket) -> Task<Verdict> {
        auto const auth = socket.handshake().auth;
        if (auto const delay = auth["delay"].as_int()) co_await io_.sleep(std::chrono::milliseconds(*delay));
        if (auth["token"].as_string() != "secret") {
          co_return fail(ConnectError{"unauthorized", Json::object({{"code", 401}, {"hint", "token"}})});
        }
        socket.data() = Json::object({{"user", "alice"}});
        co_return Verdict{};
      })
      .use([](Socket& socket) -> Verdict {
        socket.data().set("second", true);
        return {};
      })
      .on(connection, common);

  io_.of("/packet-mw").on(connection, [this](Socket& socket) {
    socket.use([](PendingEvent& event) -> Result<void, std::string> {
      if (event.name == "forbidden") return fail("forbidden event");
      if (event.name == "rewrite") {
        event.args.values.resize(std::max<std::size_t>(event.args.size(), 1));
        event.args.values[0] = "rewritten";
      }
      return {};
    });
    socket.on(refused, [&socket](std::string const& why) { socket.emit("mw-error", why); });
    socket.on("rewrite", [&socket](Arg value) { socket.emit("rewrite", value); });
    add_common(socket);
  });

  io_.of("/any").on(connection, [this](Socket& socket) {
    struct Seen {
      Json::Array incoming, outgoing;
    };
    auto const seen = std::make_shared<Seen>();
    socket.on_any([seen](std::string_view event, Args const&) { seen->incoming.emplace_back(event); });
    socket.on_any_outgoing([seen](std::string_view event, Args const&) { seen->outgoing.emplace_back(event); });
    socket.on("get-any", [seen](Ack<> ack) {
      ack(Json::object({{"incoming", seen->incoming}, {"outgoing", seen->outgoing}}));
    });
    add_common(socket);
  });
}

void Handlers::add_common(Socket& socket) {
  log(Json::object({{"type", "connect"}, {"nsp", socket.nsp()}, {"id", socket.id().text()}, {"recovered", false}}));
  auto const log_end = [this, &socket](char const* type) {
    return [this, &socket, type](CloseReason why) {
      log(Json::object({{"type", type},
                        {"nsp", socket.nsp()},
                        {"id", socket.id().text()},
                        {"reason", to_string(why)},
                        {"rooms", to_json_array(socket.rooms())}}));
    };
  };
  socket.on(disconnecting, log_end("disconnecting"));
  socket.on(disconnect, log_end("disconnect"));

  socket.on("message", [&socket](Args args) { socket.emit("message-back", args); });
  socket.on("message-with-ack", [](Args args, Ack<> ack) { ack(args); });
  socket.on("echo", [&socket](Args args, Ack<> ack) {
    socket.emit("echo", args);
    ack(args);
  });
  socket.on("noop", [](Args) {});
  socket.on("double-ack", [](Ack<> ack) {
    ack(1);
    ack(2);
  });
  socket.on("late-ack", [this](std::int64_t ms, Ack<> ack) -> Task<> {
    co_await io_.sleep(std::chrono::milliseconds(ms));
    ack("late");
  });
  socket.on("set-data", [&socket](Json data, Ack<> ack) {
    socket.data() = std::move(data);
    ack();
  });
  socket.on("join", [&socket](Json rooms, Ack<> ack) {
    socket.join(to_rooms(rooms));
    ack();
  });
  socket.on("leave", [&socket](std::string room, Ack<> ack) {
    socket.leave(room);
    ack();
  });
  socket.on("disconnect-me", [&socket](Json close) { socket.disconnect(close.as_bool().value_or(false)); });
  socket.on("emit-ack", [&socket](std::string event, Json args, std::optional<std::int64_t> ms, Ack<> ack) -> Task<> {
    auto const timeout = ms ? std::optional<base::Duration>(*ms) : std::nullopt;
    JsonArgs const arguments = args.is_array() ? args.elements() : Json::Array{};
    auto const answer = co_await socket.emit_with_ack(timeout, event, arguments);
    Json::Array reply(1);
    if (answer) {
      reply.insert(reply.end(), answer->values.begin(), answer->values.end());
    } else {
      reply[0] = to_string(answer.error());
    }
    ack(Json(std::move(reply)));
  });
  auto const count = std::make_shared<int>(0);
  socket.once("once", [count] { ++*count; });
  socket.on("once-count", [count](Ack<> ack) { ack(*count); });
  add_questions(socket);
}

void Handlers::add_questions(Socket& socket) {
  socket.on("whoami", [this, &socket](Ack<> ack) {
    ack(Json::object({{"id", socket.id().text()},
                      {"nsp", socket.nsp()},
                      {"rooms", to_json_array(socket.rooms())},
                      {"data", socket.data()},
                      {"recovered", false},
                      {"auth", socket.handshake().auth},
                      {"transport", engineio::to_string(socket.transport())},
                      {"node", node_name_}}));
  });
  socket.on("handshake", [&socket](Ack<> ack) { ack(to_json(socket.handshake())); });
  socket.on("rooms", [this, &socket](Ack<> ack) -> Task<> {
    Json::Array rooms;
    for (auto const& [room, size] : co_await io_.of(socket.nsp()).rooms()) rooms.push_back(Json::array({room, size}));
    ack(Json(rooms));
  });
  socket.on("stats", [this, &socket](Ack<> ack) -> Task<> {
    auto const sockets = co_await io_.of(socket.nsp()).fetch_sockets();
    Json::Array names;
    for (auto const& name : co_await io_.namespace_names()) names.emplace_back(name);
    ack(Json::object({{"clients", io_.sessions()}, {"sockets", sockets.size()}, {"namespaces", names}}));
  });
  socket.on("cmd", [this, &socket](Json spec, Ack<> ack) -> Task<> {
    // Leaving the namespace leaves its coroutine alive: the answer then goes nowhere.
    ack(co_await command(socket, std::move(spec)));
  });
}

}  // namespace conformance
