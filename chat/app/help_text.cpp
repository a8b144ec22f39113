#include "chat/app/help_text.h"

#include <algorithm>
#include <array>

#include "chat/app/settings.h"

namespace parley::chat {
namespace {

struct Entry {
  std::string_view usage;
  std::string_view help;
};

constexpr std::array commands{
    Entry{"parley [SETTINGS]", "serve until SIGTERM or SIGINT"},
    Entry{"parley config check", "say whether the settings can be used, or all that is wrong with them"},
    Entry{"parley config show", "print the settings that hold as a file for --config, without secrets"},
    Entry{"parley admin reports [--json]", "list the reports that are open, with the last messages of each chat"},
    Entry{"parley admin close-report ID", "erase a report and its messages"},
    Entry{"parley admin ban session GUEST_ID", "keep a guest out; with --for TIME (such as 2h or 7d), --reason TEXT"},
    Entry{"parley admin ban address ADDRESS", "the same for an IPv4 address, or the /64 of an IPv6 one"},
    Entry{"parley admin unban session|address VALUE", "let it in again"},
    Entry{"parley admin bans [--json]", "list the bans in force"},
    Entry{"parley admin stats [--json]", "count guests, sockets and chats"},
};
constexpr std::array options{
    Entry{"--config FILE", "take settings from a TOML file"},
    Entry{"--help", "print this help"},
    Entry{"--version", "print the version"},
};

/// The default as people would write it; empty when there is none.
std::string default_of(Setting const& setting) {
  Config const defaults;
  auto const is_secret = setting.special == Setting::Special::secret;
  auto shown = is_secret ? std::string() : setting.show(defaults).value_or("");
  std::erase_if(shown, [](char c) { return c == '"' || c == '[' || c == ']'; });
  return shown;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size() + 2, width), ' ');
  return text;
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t line = 0;
  while (!text.empty()) {
    auto const word = text.substr(0, std::min(text.find(' '), text.size()));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (line > 0 && line + 1 + word.size() > width) {
      out += '\n' + std::string(indent, ' ');
      line = 0;
    }
    if (line > 0) out += ' ';
    out += word;
    line += (line > 0 ? 1 : 0) + word.size();
  }
  return out;
}

std::string help_text(std::size_t columns) {
  // Where the second column begins: commands are longer than flags.
  constexpr std::size_t beside_commands = 44, beside_flags = 37;
  auto const line = [&](std::string usage, std::string_view help, std::size_t left) {
    return padded("  " + std::move(usage), left) + wrapped(help, columns - left, left) + "\n";
  };
  std::string text = "Parley: a chat server for guests who meet by chance.\n\nCommands\n";
  for (auto const& [usage, help] : commands) text += line(std::string(usage), help, beside_commands);
  text += "\nOptions\n";
  for (auto const& [usage, help] : options) text += line(std::string(usage), help, beside_commands);
  text += "\n" +
          wrapped(
              "Every setting is a flag, an environment variable and a key of the file: --jwt-secret, JWT_SECRET, "
              "jwt_secret. A flag wins over the environment, and the environment over the file.",
              columns, 0) +
          "\n";
  std::optional<SettingGroup> group;
  for (auto const& setting : all_settings()) {
    if (setting.group == SettingGroup::several_instances) continue;
    if (group != setting.group) {
      group = setting.group;
      text += "\n" + std::string(heading_of(*group)) + "\n";
    }
    std::string help(setting.help);
    if (auto const standard = default_of(setting); !standard.empty()) help += " [" + standard + "]";
    text += line(flag_of(setting.name) + " " + std::string(setting.hint), help, beside_flags);
  }
  return text;
}

}  // namespace parley::chat
