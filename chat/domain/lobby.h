#pragma once

#include <memory>
#include <queue>
#include <set>
#include <unordered_map>

#include "chat/domain/ban_list.h"
#include "chat/domain/blocks.h"
#include "chat/domain/content_rules.h"
#include "chat/domain/file_shelf.h"
#include "chat/domain/guest_session.h"
#include "chat/domain/match_queue.h"
#include "chat/domain/tally.h"

namespace parley::chat {

struct LobbyConfig {
  base::Duration session_life = std::chrono::hours(2);         ///< without a socket and without a request
  base::Duration disconnect_grace = std::chrono::seconds(5);   ///< how long a chat outlives a lost connection; 0: not
  base::Duration call_answer_time = std::chrono::seconds(45);  ///< 0: a call may ring for ever
  std::size_t unstored_messages_max = 1000;                    ///< of one author, on their way into the storage
};

/// How a guest comes in.
struct Arrival {
  base::Timestamp token_expires_at;
  std::string address{};  ///< of the client; empty if unknown
};

/// A deliberate end is final; after a lost connection the guest is expected back.
enum class Parting { deliberate, lost };

/// Everything that is alive in this process: sessions, presence, who searches, who talks with whom, who rings.
///
/// Tell it what happened and when; carry out the effects it appends to `out`, in order. At every moment between two
/// calls: a guest in a chat has a partner who has it as partner; nobody searches while in a chat or offline; what a
/// guest sends reaches its partner and nobody else.
///
/// Lives on  one worker of the process; sockets live on any.
class Lobby {
 public:
  Lobby(LobbyConfig const& config, base::RandomSource& random) : config_(config), random_(random) {}

  // Sessions, as REST sees them. Pointers are valid until the next call.

  /// An absent name is proposed.
  GuestSession const& create_session(std::optional<std::string> username, ProfileUpdate const& profile, Now now,
                                     Effects& out);
  GuestSession const* find(SessionKey const& key, Now now);
  /// The same for a guest that has shown its token: its session lives on. Null also if `id` is not the session's.
  GuestSession const* use(SessionKey const& key, GuestId const& id, Now now, Effects& out);
  GuestSession const* update_profile(SessionKey const& key, ProfileUpdate const& update, Now now, Effects& out);
  void erase_session(SessionKey const& key, Now now, Effects& out);

  // Sockets.

  void connect(SessionKey const& key, SocketId socket, Arrival arrival, Now now, Effects& out);
  /// The end of a replaced socket means nothing to its session.
  void disconnect(SocketId socket, Parting how, Now now, Effects& out);

  // What clients ask for.

  void match(Ask ask, Preference const& prefer, Now now, Effects& out);
  void cancel_match(Ask ask, Now now, Effects& out);
  /// `message` is nothing when the payload broke a rule.
  void say(Ask ask, std::optional<NewMessage> message, Now now, Effects& out);
  void confirm(Ask ask, std::optional<MessageId> const& id, Now now, Effects& out);
  /// `event` is the one of the two typing events that came in.
  void typing(Ask ask, std::string_view event, Now now, Effects& out);
  void signal(Ask ask, std::optional<SignalBody> signal, Now now, Effects& out);
  enum class LeaveBy { leaving_room, closing_room };
  void leave(Ask ask, LeaveBy how, Now now, Effects& out);
  /// The messages of the chat from `after_seq` on; nothing when the payload broke a rule.
  void history(Ask ask, std::optional<std::uint64_t> after_seq, Now now, Effects& out);
  /// `complaint` is nothing when the payload broke a rule.
  void report_partner(Ask ask, std::optional<Complaint> complaint, Now now, Effects& out);
  void block_partner(Ask ask, Now now, Effects& out);
  enum class Question { realtime_stats, stats, online_users, presence };
  void ask_for(Ask ask, Question question, Now now, Effects& out);
  /// Presence events are advisory: they only show that the guest is there.
  void notice(Ask ask, Now now, Effects& out);
  void update_profile(Ask ask, ProfileUpdate const& update, Now now, Effects& out);

  // What an operator decides.

  /// Who may not come in. Whoever is in already stays until `expel`.
  BanList& bans() { return bans_; }
  /// Ends the chats of these guests and closes their sockets so that they stay away.
  void expel(base::FunctionRef<bool(GuestSession const&)> whom, Refusal why, Now now, Effects& out);

  // What the storage answers. Answers that come too late change nothing.

  /// To `Store`.
  void stored(RoomId const& room, MessageId const& id, bool kept, Effects& out);
  /// To `KeepChat`. Until then the two are bound to each other, and neither knows.
  void chat_kept(RoomId const& room, std::uint64_t conversation, bool kept, Now now, Effects& out);
  /// To `ReadMessages`, with the same `what`; no messages: reading has failed.
  void messages_read(ReadMessages const& what, std::optional<std::vector<Message>> messages, Now now, Effects& out);
  /// To `KeepReport`.
  void report_kept(Ask ask, std::string const& report_id, bool kept, Effects& out);

  // Files.

  /// Whether that guest is in that chat at this moment.
  bool is_in_room(SessionKey const& key, RoomId const& room, Now now);
  /// An upload whose bytes are there. False if `by` is not in its room (any more).
  bool add_file(SessionKey const& by, FileRecord file, Now now);
  /// Takes back an upload that could not be kept.
  void remove_file(FileId const& id) { files_.remove(id); }
  FileShelf const& files() const { return files_; }

  // What becomes of the storage.

  /// Goes on from what was kept, before anyone connects. Everyone is offline, and whoever was in a chat is away from
  /// now on. What does not fit together is dropped and erased.
  void restore(Snapshot snapshot, Now now, Effects& out);
  /// While it is not available nobody is matched: a pair that cannot be kept would not last.
  void store_available(bool available) { store_available_ = available; }
  /// Everything that is alive, once more: for a storage that has come back from a failure.
  void keep_all(Now now, Effects& out);

  // What else happens.

  /// Tells whoever is in a chat. With a grace period the chats are left as they are, to be gone on with after a
  /// restart; without one they end.
  void shut_down(Now now, Effects& out);
  /// Ends what has lasted too long. Call it when `deadline()` has come.
  void advance(Now now, Effects& out);
  base::TimePoint deadline() const;

  // Questions.

  /// The guest whose active socket this is; null if it is nobody's.
  GuestSession const* guest_at(SocketId socket) const;
  Stats stats() const;
  std::vector<OnlineUser> online_users() const;
  Tally const& tally() const { return tally_; }
  /// Sent, and not confirmed by the recipient, in all chats.
  std::uint64_t unconfirmed_messages() const;
  StatsReport report(Now now) const { return {stats(), online_users(), written(now.wall)}; }

 private:
  enum class EndBy { leaving_room, closing_room, disconnecting, vanishing, deleting_session };
  struct OpenSocket {
    SessionKey session;
    base::Timestamp token_expires_at;
    base::TimePoint examine_at;  ///< its place in `token_ends_`
  };
  struct Expiry {
    base::TimePoint at;
    SessionKey key;
    bool operator>(Expiry const& other) const { return at > other.at; }
  };
  struct RingEnd {
    base::TimePoint at;
    RoomId room;
    std::uint64_t conversation, ringing;
    bool operator>(RingEnd const& other) const { return at > other.at; }
  };
  struct SecondReading {
    base::TimePoint at;
    ReadMessages what;
    bool operator>(SecondReading const& other) const { return at > other.at; }
  };
  template <class T>
  using Earliest = std::priority_queue<T, std::vector<T>, std::greater<>>;

  GuestSession& guest(GuestId const& id) { return *guests_.at(id); }
  GuestSession* session(SessionKey const& key, Now now);
  Conversation* conversation(RoomId const& room, std::uint64_t number);
  /// The guest whose active socket asks, seen now; answers the others itself and returns null.
  GuestSession* asker(Ask ask, std::string_view error_event, Now now, Effects& out);
  static void touch(GuestSession& session, base::Duration life, Now now);
  void queue_expiry(GuestSession& session);
  GuestSession& add(std::unique_ptr<GuestSession> session);
  void apply(GuestSession& session, ProfileUpdate const& update, Now now, Effects& out);
  /// Asks the storage to keep the session as it is now.
  static void keep(GuestSession& session, Now now, Effects& out);
  void forget(GuestSession& session, Effects& out);

  void welcome(GuestSession& session, Now now, Effects& out);
  void go_away(GuestSession& session, Now now);
  void go_offline(GuestSession& session, Now now);
  void tell_partner_of(GuestSession const& session, std::string_view event, Effects& out);
  void watch_token(SocketId socket, OpenSocket& open, Now now);

  void restore(SessionRecord record, Now now, Effects& out);
  void restore(Snapshot::Chat const& chat, Now now, Effects& out);
  void restore(std::vector<FileRecord> files, Now now, Effects& out);

  void bind(GuestSession& a, GuestSession& b, std::unique_ptr<Conversation> chat);
  void pair(GuestSession& requester, GuestSession& waiting, Now now, Effects& out);
  void open(Conversation& chat, Effects& out);
  void end_chat(GuestSession& leaver, EndBy how, Now now, Effects& out);
  void release(Conversation const& chat, GuestSession& member, Effects& out);
  static void miss_end_with(GuestSession& member, GuestSession const& partner);
  static void tell_call_ending(GuestSession& member, CallEnding ending, Effects& out);
  void abandon_messages(Conversation& conversation, Effects& out);
  /// Everything that was written and uploaded in it.
  void erase_room(RoomId const& room, Effects& out);

  void catch_up(GuestSession& session, Effects& out);
  void read_on(GuestSession& session, Effects& out);
  void tell_unconfirmed(ReadMessages const& what, std::optional<std::vector<Message>> messages, Now now, Effects& out);
  void tell_history(ReadMessages const& what, std::optional<std::vector<Message>> messages, Effects& out);

  void end_sessions(Now now, Effects& out);
  void end_graces(Now now, Effects& out);
  void end_tokens(Now now, Effects& out);
  void end_ringing(Now now, Effects& out);
  void end_files(Now now, Effects& out);
  void read_again(Now now, Effects& out);

  static MatchedUser described(GuestSession const& session);
  static void tell(GuestSession const& session, ServerEvent event, Effects& out);
  static void answer(Ask ask, Json body, Effects& out);
  static void agree(Ask ask, Effects& out) { answer(ask, Json::object({{"ok", true}}), out); }
  static void refuse(Ask ask, Refusal why, Effects& out);
  static void refuse(Ask ask, std::string_view error_event, Refusal why, Effects& out);

  LobbyConfig config_;
  Tally tally_;
  base::RandomSource& random_;
  std::unordered_map<SessionKey, std::unique_ptr<GuestSession>> sessions_;
  std::unordered_map<GuestId, GuestSession*> guests_;
  std::unordered_map<SocketId, OpenSocket> sockets_;  ///< open ones, replaced ones included
  std::list<GuestSession*> online_;                   ///< newest first; those who are away included
  MatchQueue queue_;
  Blocks blocks_;
  BanList bans_;
  std::unordered_map<RoomId, std::unique_ptr<Conversation>> conversations_;
  std::uint64_t conversations_begun_ = 0;
  FileShelf files_;
  bool store_available_ = true;
  bool stopping_ = false;
  Earliest<Expiry> expiries_;
  Earliest<Expiry> grace_ends_;
  std::set<std::pair<base::TimePoint, SocketId>> token_ends_;
  Earliest<RingEnd> ring_ends_;
  Earliest<SecondReading> second_readings_;
};

}  // namespace parley::chat
