#pragma once

#include <memory>
#include <queue>
#include <unordered_map>

#include "chat/domain/content_rules.h"
#include "chat/domain/guest_session.h"
#include "chat/domain/match_queue.h"

namespace parley::chat {

struct LobbyConfig {
  base::Duration session_life = std::chrono::hours(2);         ///< without a socket and without a request
  base::Duration call_answer_time = std::chrono::seconds(45);  ///< 0: a call may ring for ever
};

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
  GuestSession const& create_session(std::optional<std::string> username, ProfileUpdate const& profile, Now now);
  GuestSession const* find(SessionKey const& key, Now now);
  /// The same for a guest that has shown its token: its session lives on. Null also if `id` is not the session's.
  GuestSession const* use(SessionKey const& key, GuestId const& id, Now now);
  GuestSession const* update_profile(SessionKey const& key, ProfileUpdate const& update, Now now);
  void erase_session(SessionKey const& key, Now now, Effects& out);

  // Sockets.

  void connect(SessionKey const& key, SocketId socket, Now now, Effects& out);
  /// The end of a replaced socket means nothing to its session.
  void disconnect(SocketId socket, Now now, Effects& out);

  // What clients ask for.

  void match(Ask ask, Now now, Effects& out);
  void cancel_match(Ask ask, Now now, Effects& out);
  /// `message` is nothing when the payload broke a rule.
  void say(Ask ask, std::optional<NewMessage> message, Now now, Effects& out);
  void confirm(Ask ask, std::optional<MessageId> const& id, Now now, Effects& out);
  /// `event` is the one of the two typing events that came in.
  void typing(Ask ask, std::string_view event, Now now, Effects& out);
  void signal(Ask ask, std::optional<SignalBody> signal, Now now, Effects& out);
  enum class LeaveBy { leaving_room, closing_room };
  void leave(Ask ask, LeaveBy how, Now now, Effects& out);
  enum class Question { realtime_stats, stats, online_users, presence };
  void ask_for(Ask ask, Question question, Now now, Effects& out);
  /// Presence events are advisory: they only show that the guest is there.
  void notice(Ask ask, Now now, Effects& out);
  void update_profile(Ask ask, ProfileUpdate const& update, Now now, Effects& out);

  // What else happens.

  /// The storage is done with the message of a `Store`.
  void stored(RoomId const& room, MessageId const& id, bool kept, Effects& out);
  void shut_down(Effects& out);
  /// Ends what has lasted too long. Call it when `deadline()` has come.
  void advance(Now now, Effects& out);
  base::TimePoint deadline() const;

  // Questions.

  Stats stats() const;
  std::vector<OnlineUser> online_users() const;
  StatsReport report(Now now) const { return {stats(), online_users(), written(now.wall)}; }

 private:
  enum class EndBy { leaving_room, closing_room, disconnecting, deleting_session };
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
  template <class T>
  using Earliest = std::priority_queue<T, std::vector<T>, std::greater<>>;

  GuestSession& guest(GuestId const& id) { return *guests_.at(id); }
  GuestSession* session(SessionKey const& key, Now now);
  /// The guest whose active socket asks, seen now; answers the others itself and returns null.
  GuestSession* asker(Ask ask, std::string_view error_event, Now now, Effects& out);
  static void touch(GuestSession& session, base::Duration life, Now now);
  void queue_expiry(GuestSession& session);
  void apply(GuestSession& session, ProfileUpdate const& update);
  void forget(GuestSession& session);
  void go_offline(GuestSession& session, Now now);

  void pair(GuestSession& requester, GuestSession& waiting, Effects& out);
  void end_chat(GuestSession& leaver, EndBy how, Effects& out);
  void abandon_messages(Conversation& conversation, Effects& out);

  static MatchedUser described(GuestSession const& session);
  static void tell(GuestSession const& session, ServerEvent event, Effects& out);
  static void answer(Ask ask, Json body, Effects& out);
  static void agree(Ask ask, Effects& out) { answer(ask, Json::object({{"ok", true}}), out); }
  static void refuse(Ask ask, Refusal why, Effects& out);
  static void refuse(Ask ask, std::string_view error_event, Refusal why, Effects& out);

  LobbyConfig config_;
  base::RandomSource& random_;
  std::unordered_map<SessionKey, std::unique_ptr<GuestSession>> sessions_;
  std::unordered_map<GuestId, GuestSession*> guests_;
  std::unordered_map<SocketId, SessionKey> sockets_;  ///< open ones, replaced ones included
  std::list<GuestSession*> online_;                   ///< newest first
  MatchQueue queue_;
  std::unordered_map<RoomId, std::unique_ptr<Conversation>> conversations_;
  std::uint64_t conversations_begun_ = 0;
  Earliest<Expiry> expiries_;
  Earliest<RingEnd> ring_ends_;
};

}  // namespace parley::chat
