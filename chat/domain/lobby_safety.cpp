#include "chat/domain/lobby.h"

// How a guest defends itself against its partner, and an operator all guests against one.
namespace parley::chat {

void Lobby::report_partner(Ask ask, std::optional<Complaint> complaint, Now now, Effects& out) {
  constexpr std::string_view error_event = "chat:error";
  auto* const session = asker(ask, error_event, now, out);
  if (!session) return;
  auto const* chat = session->open_chat();
  if (!chat) return refuse(ask, error_event, Refusal::not_in_chat, out);
  if (!complaint) return refuse(ask, error_event, Refusal::invalid_message, out);
  auto const& partner = guest(chat->partner_of(session->id));
  out.push_back(KeepReport{{.id = base::make_uuid(random_),
                            .room = chat->room(),
                            .by = session->id,
                            .about = partner.id,
                            .by_username = session->username,
                            .about_username = partner.username,
                            .about_address = partner.address,
                            .reason = std::move(complaint->reason),
                            .details = std::move(complaint->details),
                            .at = now.wall},
                           ask});
}

void Lobby::report_kept(Ask ask, std::string const& report_id, bool kept, Effects& out) {
  if (!kept) return refuse(ask, "chat:error", Refusal::store_unavailable, out);
  answer(ask, Json::object({{"ok", true}, {"reportId", report_id}}), out);
}

void Lobby::block_partner(Ask ask, Now now, Effects& out) {
  constexpr std::string_view error_event = "chat:error";
  auto* const session = asker(ask, error_event, now, out);
  if (!session) return;
  auto const* chat = session->open_chat();
  if (!chat) return refuse(ask, error_event, Refusal::not_in_chat, out);
  BlockRecord const block{session->id, chat->partner_of(session->id)};
  blocks_.add(block);
  out.push_back(KeepBlock{block});
  end_chat(*session, EndBy::leaving_room, now, out);
  agree(ask, out);
}

void Lobby::expel(base::FunctionRef<bool(GuestSession const&)> whom, Refusal why, Now now, Effects& out) {
  // Going offline takes a guest out of the list.
  std::vector<GuestSession*> expelled;
  for (auto* each : online_) {
    if (whom(*each)) expelled.push_back(each);
  }
  for (auto* each : expelled) {
    if (each->socket) {
      auto const [message, code] = text_of(why);
      tell(*each, Refused{"error", message, code}, out);
      out.push_back(CloseSocket{*each->socket, CloseHow::stay_away});
    }
    go_offline(*each, now);
    end_chat(*each, EndBy::disconnecting, now, out);
    keep(*each, now, out);
    out.push_back(StatsChanged{});
  }
}

}  // namespace parley::chat
