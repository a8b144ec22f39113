#include "chat/app/admin_client.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <optional>

#include "parley/net/local_socket.h"

namespace parley::chat {
namespace {

using base::Json;

constexpr int refused = 1, nobody_there = 3;

std::string text_in(Json const& tree, std::string_view key) { return std::string(tree[key].as_string().value_or("")); }

/// Without control characters: C0, DEL, and C1 as UTF-8 writes it.
std::string printable(std::string_view text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const byte = static_cast<unsigned char>(text[i]);
    auto const next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0u;
    bool const c1 = byte == 0xC2 && next >= 0x80 && next < 0xA0;
    if (byte < 0x20 || byte == 0x7F || c1) {
      shown += '?';
      i += c1 ? 1 : 0;
    } else {
      shown += text[i];
    }
  }
  return shown;
}

std::string of_report(Json const& report) {
  auto const& by = report["by"];
  auto const& about = report["about"];
  auto const address = text_in(about, "address");
  std::string shown = "report " + text_in(report, "id") + "  " + text_in(report, "at") + "  " +
                      text_in(report, "reason") + "\n  by     " + text_in(by, "username") + "  " + text_in(by, "id") +
                      "\n  about  " + text_in(about, "username") + "  " + text_in(about, "id") + "  " +
                      (address.empty() ? "address unknown" : address) + "\n";
  if (auto const details = text_in(report, "details"); !details.empty())
    shown += "  says   " + printable(details) + "\n";
  for (auto const& message : report["messages"].elements()) {
    auto const& content = message["content"];
    auto const said = content.as_string() ? std::string(*content.as_string())
                                          : "(" + text_in(message, "type") + ") " + content.dump();
    shown += "  | " + text_in(message, "senderUsername") + ": " + printable(said) + "\n";
  }
  return shown;
}

std::string of_ban(Json const& ban) {
  auto const until = text_in(ban, "until");
  auto const reason = text_in(ban, "reason");
  return text_in(ban, "of") + " " + text_in(ban, "value") + "  since " + text_in(ban, "at") +
         (until.empty() ? "  for good" : "  until " + until) + (reason.empty() ? "" : "  " + printable(reason)) + "\n";
}

std::string of_reports(Json const& answer) {
  auto const& reports = answer["reports"].elements();
  if (reports.empty()) return "no reports\n";
  std::string shown;
  for (auto const& report : reports) shown += of_report(report) + "\n";
  auto const total = answer["total"].as_int().value_or(0);
  return shown + std::to_string(reports.size()) + " of " + std::to_string(total) + " reports\n";
}

std::string of_bans(Json const& answer) {
  std::string shown;
  for (auto const& ban : answer["bans"].elements()) shown += of_ban(ban);
  return shown.empty() ? "no bans\n" : shown;
}

std::string of_stats(Json const& answer) {
  auto shown = "parley " + text_in(answer, "version") + ", up for " +
               std::to_string(answer["uptimeSeconds"].as_int().value_or(0)) + " s\n";
  for (auto const& [name, value] : answer["stats"].members()) shown += "  " + name + "  " + value.dump() + "\n";
  return shown;
}

/// One line there and one line back; nothing if the server goes meanwhile, or says nothing for too long.
std::optional<std::string> answer_over(int descriptor, std::string const& line) {
  timeval const patience{.tv_sec = 30, .tv_usec = 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::size_t sent = 0;
  while (sent < line.size()) {
    auto const count = send(descriptor, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return std::nullopt;
    sent += static_cast<std::size_t>(count);
  }
  std::string answer;
  std::array<char, 64 * 1024> buffer;
  while (!answer.ends_with('\n')) {
    auto const count = recv(descriptor, buffer.data(), buffer.size(), 0);
    if (count <= 0) return std::nullopt;
    answer.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return answer;
}

}  // namespace

std::string told(Json const& question, Json const& answer) {
  auto const what = text_in(question, "do");
  if (what == "reports") return of_reports(answer);
  if (what == "bans") return of_bans(answer);
  if (what == "stats") return of_stats(answer);
  if (what == "ban") return "banned: " + of_ban(answer["ban"]);
  return "done\n";
}

int ask_server(std::string const& path, Json const& question, bool as_json) {
  if (path.empty()) {
    std::fputs("ADMIN_SOCKET is empty: the server listens to no operator\n", stderr);
    return nobody_there;
  }
  auto const connection = net::connect_local(path);
  if (!connection) {
    std::fprintf(stderr, "no server is there: %s\n", connection.error().c_str());
    return nobody_there;
  }
  auto const line = answer_over(*connection, question.dump() + "\n");
  close(*connection);
  auto const answer = Json::parse(line.value_or(""));
  if (!answer) {
    std::fputs("the server has not answered\n", stderr);
    return nobody_there;
  }
  if ((*answer)["ok"].as_bool() != true) {
    std::fprintf(stderr, "%s\n", printable(text_in(*answer, "error")).c_str());
    return refused;
  }
  std::fputs((as_json ? *line : told(question, *answer)).c_str(), stdout);
  return 0;
}

}  // namespace parley::chat
