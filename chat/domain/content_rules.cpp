#include "chat/domain/content_rules.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "chat/domain/text_rules.h"

namespace parley::chat {
namespace {

constexpr std::size_t client_message_id_units_max = 64;
constexpr std::size_t echoed_id_units_max = 256;
constexpr std::size_t description_bytes_max = 64 * 1024;
constexpr std::size_t candidate_bytes_max = 8 * 1024;

bool is_text_of(JsonView value, std::size_t least, std::size_t most) {
  auto const text = value.as_string();
  if (!text) return false;
  auto const units = utf16_units(*text);
  return units >= least && units <= most;
}

bool is_number_up_to(JsonView value, std::uint64_t most) {
  auto const number = value.as_double();
  return number && std::isfinite(*number) && *number >= 0 && *number <= static_cast<double>(most);
}

bool is_absent_or_text(std::optional<JsonView> value) { return !value || value->as_string(); }

bool starts_with_scheme(std::string_view text, std::string_view scheme) {
  // A URL's scheme is the same in either case; something must follow it.
  return text.size() > scheme.size() && std::ranges::equal(text.substr(0, scheme.size()), scheme, {}, [](char c) {
           return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
         });
}

/// A key that a client turns into a link, a picture or a player.
bool is_url_key(std::string_view key) {
  constexpr std::array<std::string_view, 4> keys{"tempUrl", "downloadUrl", "fileUrl", "url"};
  return std::ranges::find(keys, key) != keys.end();
}

bool is_harmless_url(std::string_view text) {
  return text.starts_with('/') || starts_with_scheme(text, "http://") || starts_with_scheme(text, "https://");
}

bool is_primitive(JsonView value) {
  auto const kind = value.kind();
  return kind != base::JsonKind::object && kind != base::JsonKind::array && kind != base::JsonKind::binary;
}

/// What file and voice content have in common. Values that are no primitives are left behind.
std::optional<Json> read_attachment(JsonView content, ContentLimits const& limits) {
  if (base::to_json(content).size() > limits.content_bytes_max) return std::nullopt;
  if (!is_number_up_to(content["fileSize"], limits.file_bytes_max)) return std::nullopt;
  Json kept = Json::object();
  bool good = true;
  content.for_each_member([&](std::string_view key, JsonView value) {
    auto const text = value.as_string();
    good = good && !key.starts_with("__") && !(text && is_url_key(key) && !is_harmless_url(*text));
    if (good && is_primitive(value)) kept.set(key, Json::copy_of(value));
  });
  return good ? std::optional(std::move(kept)) : std::nullopt;
}

std::optional<Json> read_text(JsonView content, ContentLimits const& limits) {
  auto const text = content.as_string();
  if (!text || utf16_units(*text) > limits.text_utf16_units_max || is_blank(*text)) return std::nullopt;
  return Json(*text);
}

std::optional<Json> read_file(JsonView content, ContentLimits const& limits) {
  if (!content.is_object()) return std::nullopt;
  if (!is_text_of(content["filename"], 1, 255) || !is_text_of(content["fileType"], 1, 127)) return std::nullopt;
  return read_attachment(content, limits);
}

std::optional<Json> read_voice(JsonView content, ContentLimits const& limits) {
  if (!content.is_object()) return std::nullopt;
  auto const duration = content["duration"];
  if (!is_number_up_to(duration, limits.voice_seconds_max) || *duration.as_double() <= 0) return std::nullopt;
  if (!is_absent_or_text(content.find("filename")) || !is_absent_or_text(content.find("fileType"))) return std::nullopt;
  return read_attachment(content, limits);
}

}  // namespace

std::optional<NewMessage> read_message(JsonView payload, ContentLimits const& limits) {
  if (!payload.is_object()) return std::nullopt;
  NewMessage message;
  std::optional<Json> content;
  auto const type = payload["type"].as_string();
  if (type == "text") {
    content = read_text(payload["content"], limits);
  } else if (type == "file") {
    message.type = MessageType::file;
    content = read_file(payload["content"], limits);
  } else if (type == "voice") {
    message.type = MessageType::voice;
    content = read_voice(payload["content"], limits);
  }
  if (!content) return std::nullopt;
  message.content = std::move(*content);

  if (auto const id = payload["clientMessageId"]; !id.is_null()) {
    if (!is_text_of(id, 0, client_message_id_units_max)) return std::nullopt;
    message.client_message_id = std::string(*id.as_string());
    message.echoed_id = message.client_message_id;
  } else if (is_text_of(payload["id"], 0, echoed_id_units_max)) {
    // Older clients name their message in `id` and look for that name in the confirmation.
    message.echoed_id = std::string(*payload["id"].as_string());
  }
  if (auto const time = payload["timestamp"].as_string(); time && is_iso8601_date_time(*time)) {
    message.timestamp = std::string(*time);
  }
  return message;
}

std::optional<MessageId> read_confirmation(JsonView payload) {
  auto const id = payload["messageId"].as_string();
  return id ? std::optional(MessageId(std::string(*id))) : std::nullopt;
}

Preference read_preference(JsonView payload) {
  auto const wanted = payload["prefer"];
  auto const word = [&](std::string_view key, std::size_t units_max) -> std::optional<std::string> {
    auto const text = wanted[key].as_string();
    return text && utf16_units(*text) <= units_max ? std::optional(std::string(*text)) : std::nullopt;
  };
  return {.language = word("language", word_units_max), .country = word("country", place_units_max)};
}

std::optional<std::uint64_t> read_history_start(JsonView payload) {
  if (!payload.is_null() && !payload.is_object()) return std::nullopt;
  auto const after = payload.find("afterSeq");
  return after && !after->is_null() ? after->as_uint() : 0;
}

std::optional<Complaint> read_complaint(JsonView payload) {
  constexpr std::size_t details_units_max = 1000;
  auto const reason = payload["reason"].as_string();
  if (!reason || std::ranges::find(report_reasons, *reason) == report_reasons.end()) return std::nullopt;
  Complaint complaint{std::string(*reason), {}};
  if (auto const details = payload.find("details"); details && !details->is_null()) {
    auto const text = details->as_string();
    if (!text || utf16_units(*text) > details_units_max) return std::nullopt;
    complaint.details = *text;
  }
  return complaint;
}

std::optional<SignalBody> read_signal(Signal signal, JsonView payload) {
  SignalBody read{signal, {}, ""};
  auto const take = [&](std::string_view key, std::size_t bytes_max, bool may_be_null) {
    auto const value = payload.find(key);
    if (!value || !(value->is_object() || (may_be_null && value->is_null()))) return false;
    if (base::to_json(*value).size() > bytes_max) return false;
    read.body = Json::copy_of(*value);
    return true;
  };
  switch (signal) {
    case Signal::offer: {
      auto const media = payload.find("type");
      auto const word = media ? media->as_string() : std::optional<std::string_view>("video");
      if (word != "audio" && word != "video") return std::nullopt;
      read.media = word == "audio" ? "audio" : "video";
      return take("offer", description_bytes_max, false) ? std::optional(std::move(read)) : std::nullopt;
    }
    case Signal::answer:
      return take("answer", description_bytes_max, false) ? std::optional(std::move(read)) : std::nullopt;
    case Signal::candidate:
      return take("candidate", candidate_bytes_max, true) ? std::optional(std::move(read)) : std::nullopt;
    case Signal::reject:
    case Signal::timeout:
    case Signal::end:
      return read;
  }
  return std::nullopt;
}

}  // namespace parley::chat
