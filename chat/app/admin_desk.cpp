#include "chat/app/admin_desk.h"

#include "chat/app/client_network.h"
#include "parley/base/log.h"

namespace parley::chat {
namespace {

/// More would make one line of answer too long to be read; the oldest come first, and closing them shows the rest.
constexpr std::size_t reports_told_max = 100;

constexpr std::int64_t ban_seconds_max = std::int64_t{36'525} * 86'400;

Json failure(std::string_view why) { return Json::object({{"ok", false}, {"error", why}}); }
Json success() { return Json::object({{"ok", true}}); }

Json failure(StorageError const& error) {
  base::log_error("storage has failed", {{"operation", "admin"}, {"cause", error.cause}});
  return failure("the storage has failed: " + error.cause);
}

std::string text_in(Json const& question, std::string_view key) {
  return std::string(question[key].as_string().value_or(""));
}

Json to_tree(Message const& message) {
  return Json::object({{"id", message.id.str()},
                       {"seq", message.seq},
                       {"senderId", message.sender.str()},
                       {"senderUsername", message.sender_username},
                       {"type", to_string(message.type)},
                       {"content", message.content},
                       {"timestamp", message.timestamp}});
}

Json to_tree(Report const& report) {
  Json messages = Json::array();
  for (auto const& message : report.messages) messages.elements().push_back(to_tree(message));
  return Json::object({{"id", report.id},
                       {"at", written(report.at)},
                       {"roomId", report.room.str()},
                       {"by", Json::object({{"id", report.by.str()}, {"username", report.by_username}})},
                       {"about", Json::object({{"id", report.about.str()},
                                               {"username", report.about_username},
                                               {"address", report.about_address}})},
                       {"reason", report.reason},
                       {"details", report.details},
                       {"messages", std::move(messages)}});
}

std::string_view to_string(Ban::Of of) { return of == Ban::Of::session ? "session" : "address"; }

Json to_tree(Ban const& ban) {
  return Json::object({{"of", to_string(ban.of)},
                       {"value", ban.value},
                       {"reason", ban.reason},
                       {"at", written(ban.at)},
                       {"until", ban.until ? Json(written(*ban.until)) : Json{}}});
}

bool is_meant(Ban const& ban, GuestSession const& guest) {
  return ban.value == (ban.of == Ban::Of::session ? guest.id.str() : network_of(guest.address).value_or(guest.address));
}

/// Whom a question about bans means; the error is for the operator.
base::Result<Ban, std::string> meant_by(Json const& question) {
  auto const kind = text_in(question, "of");
  auto const value = text_in(question, "value");
  if (kind == "session") {
    if (!value.starts_with("guest_")) return base::fail("a guest id begins with guest_: " + value);
    return Ban{.of = Ban::Of::session, .value = value, .reason = {}, .at = {}, .until = {}};
  }
  if (kind != "address") return base::fail(std::string("a session or an address can be banned"));
  auto network = network_of(value);
  if (!network) return base::fail("neither an IPv4 nor an IPv6 address: " + value);
  return Ban{.of = Ban::Of::address, .value = std::move(*network), .reason = {}, .at = {}, .until = {}};
}

}  // namespace

base::Task<Json> AdminDesk::answer(Json question) {
  auto const what = text_in(question, "do");
  base::log_info("an operator asks", {{"what", what}});
  if (what == "bans") co_return bans();
  if (what == "stats") co_return stats();
  auto answering = what == "reports"        ? reports()
                   : what == "close-report" ? close_report(std::move(question))
                   : what == "ban"          ? ban(std::move(question))
                   : what == "unban"        ? unban(std::move(question))
                                            : unknown();
  co_return co_await std::move(answering);
}

base::Task<Json> AdminDesk::unknown() { co_return failure("this server knows no such command"); }

base::Task<Json> AdminDesk::reports() {
  auto const kept = co_await storage_.reports();
  if (!kept) co_return failure(kept.error());
  Json list = Json::array();
  for (auto const& report : *kept) {
    if (list.elements().size() == reports_told_max) break;
    list.elements().push_back(to_tree(report));
  }
  co_return Json::object({{"ok", true}, {"total", kept->size()}, {"reports", std::move(list)}});
}

base::Task<Json> AdminDesk::close_report(Json question) {
  auto const id = text_in(question, "id");
  auto closing = storage_.close_report(id);
  auto const closed = co_await std::move(closing);
  if (!closed) co_return failure(closed.error());
  co_return *closed ? success() : failure("there is no report " + id);
}

base::Task<Json> AdminDesk::ban(Json question) {
  auto meant = meant_by(question);
  if (!meant) co_return failure(meant.error());
  auto ban = std::move(*meant);
  ban.reason = text_in(question, "reason");
  ban.at = desk_.now().wall;
  if (auto const seconds = question["seconds"].as_int()) {
    if (*seconds < 1 || *seconds > ban_seconds_max) co_return failure("a ban lasts from a second to a century");
    ban.until = ban.at + std::chrono::seconds(*seconds);
  }
  auto keeping = storage_.keep_ban(ban);
  auto const kept = co_await std::move(keeping);
  if (!kept) co_return failure(kept.error());
  base::log_warning("an operator has banned", {{"of", to_string(ban.of)}, {"value", ban.value}});
  auto answer = success();
  answer.set("ban", to_tree(ban));
  desk_.act([&](Lobby& lobby, Now now, Effects& out) {
    lobby.bans().put(ban);
    lobby.expel([&](GuestSession const& guest) { return is_meant(ban, guest); }, Refusal::banned, now, out);
  });
  co_return answer;
}

base::Task<Json> AdminDesk::unban(Json question) {
  auto const meant = meant_by(question);
  if (!meant) co_return failure(meant.error());
  auto erasing = storage_.erase_ban(meant->of, meant->value);
  auto const erased = co_await std::move(erasing);
  if (!erased) co_return failure(erased.error());
  bool const lifted = desk_.lobby().bans().lift(meant->of, meant->value);
  if (!*erased && !lifted) co_return failure("there is no ban of " + meant->value);
  base::log_warning("an operator has lifted a ban", {{"of", to_string(meant->of)}, {"value", meant->value}});
  co_return success();
}

Json AdminDesk::bans() {
  Json list = Json::array();
  for (auto const& ban : desk_.lobby().bans().in_force(desk_.now().wall)) list.elements().push_back(to_tree(ban));
  return Json::object({{"ok", true}, {"bans", std::move(list)}});
}

Json AdminDesk::stats() {
  auto const stats = Json::parse(base::to_json(desk_.lobby().stats()));
  auto const uptime = std::chrono::duration_cast<std::chrono::seconds>(desk_.now().steady - desk_.started());
  return Json::object({{"ok", true},
                       {"version", PARLEY_VERSION},
                       {"uptimeSeconds", uptime.count()},
                       {"stats", stats.value_or(Json())}});
}

}  // namespace parley::chat
