#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "chat/domain/call.h"
#include "chat/domain/match_queue.h"
#include "chat/domain/message.h"

namespace parley::chat {

struct ContentLimits {
  std::size_t text_utf16_units_max = 1000;
  std::size_t content_bytes_max = 16 * 1024;  ///< of file and voice content, serialised
  std::uint64_t file_bytes_max = 10'485'760;
  std::uint64_t voice_seconds_max = 300;
};

/// What a guest wants to say; nothing if the payload breaks a rule.
std::optional<NewMessage> read_message(JsonView payload, ContentLimits const& limits);

/// The message that a guest confirms; nothing if the payload names none.
std::optional<MessageId> read_confirmation(JsonView payload);

/// Whom the payload of `user:match` prefers. What breaks a rule is ignored.
Preference read_preference(JsonView payload);

/// Which message a request for the history starts after: 0 if it says nothing, nothing if it breaks a rule.
std::optional<std::uint64_t> read_history_start(JsonView payload);

/// What a guest says against its partner.
struct Complaint {
  std::string reason;  ///< one of `report_reasons`
  std::string details;
};
inline constexpr std::array<std::string_view, 5> report_reasons{"spam", "abuse", "sexual", "minor", "other"};

/// Nothing if the payload breaks a rule.
std::optional<Complaint> read_complaint(JsonView payload);

/// The content of an offer, answer or candidate, to be passed on unchanged.
struct SignalBody {
  Signal signal = Signal::end;
  Json body;                    ///< null for the signals that carry none
  std::string_view media = "";  ///< of an offer: "audio" or "video"
};

/// Nothing if the payload does not fit the signal. Ending signals fit whatever comes with them.
std::optional<SignalBody> read_signal(Signal signal, JsonView payload);

}  // namespace parley::chat
