#pragma once

#include <optional>
#include <string>
#include <vector>

#include "chat/domain/message.h"
#include "chat/domain/profile.h"

/// What outlives the process: enough to go on after a stop at any moment as if nothing had happened.
namespace parley::chat {

struct SessionRecord {
  GuestId id;
  SessionKey key;
  std::string username;
  Profile profile;
  OrNull<std::string> device_id;
  std::optional<GuestId> previous_partner;
  base::Timestamp created_at;
  base::Timestamp last_seen;
  base::Timestamp expires_at;  ///< as last written; counts only while the guest is offline
  bool is_online = false;      ///< it had a socket, or was expected back
};

/// Two guests bound to each other.
struct ChatRecord {
  RoomId room;
  GuestId first, second;
  base::Timestamp began_at;
};

/// The message `seq` of a room has reached its recipient.
struct Delivery {
  RoomId room;
  std::uint64_t seq = 0;
  base::Timestamp at;
};

/// `by` never meets `whom` again while either session lives.
struct BlockRecord {
  GuestId by, whom;
};

/// A complaint about a partner, with the last messages of the chat. The one thing that outlives a chat.
struct Report {
  static constexpr std::size_t messages_max = 20;
  static constexpr auto kept_for = std::chrono::days(30);

  std::string id;
  RoomId room;
  GuestId by, about;
  std::string by_username, about_username;
  std::string about_address;  ///< of the reported guest's last connection; empty if unknown
  std::string reason;         ///< one of `report_reasons`
  std::string details;
  base::Timestamp at;
  std::vector<Message> messages{};  ///< in `seq` order; filled in by the storage when it keeps the report
};

/// Who may not come in. Made and lifted by an operator.
struct Ban {
  enum class Of { session, address };
  Of of = Of::session;
  std::string value;  ///< a guest id, or an address: IPv4, or an IPv6 /64 prefix
  std::string reason;
  base::Timestamp at;
  std::optional<base::Timestamp> until;  ///< none: until it is lifted
};

/// An upload, its bytes aside.
struct FileRecord {
  FileId id;
  RoomId room;
  GuestId owner;
  std::string mime_type;
  std::string original_name;
  std::uint64_t size = 0;
  base::Timestamp created_at;
  base::Timestamp expires_at;
  std::string base_url{};  ///< what stands before the path in its URLs
};

/// What a chat has to remember of a message once it is written down.
struct MessageHead {
  MessageId id;
  GuestId sender, recipient;
  std::string timestamp;
  std::optional<std::string> client_message_id;
  std::uint64_t seq = 0;
  bool is_delivered = false;
};

/// Everything that was kept, read once at the start.
struct Snapshot {
  struct Chat {
    ChatRecord record;
    std::vector<MessageHead> messages;  ///< in `seq` order
  };
  std::vector<SessionRecord> sessions;
  std::vector<Chat> chats;
  std::vector<BlockRecord> blocks;
  std::vector<Ban> bans;
  std::vector<FileRecord> files;
};

}  // namespace parley::chat
