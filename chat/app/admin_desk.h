#pragma once

#include "chat/app/lobby_desk.h"

namespace parley::chat {

/// What an operator may ask of the running server. Questions and answers are JSON objects: `do` names what is asked;
/// the answer has `ok`, and `error` in words when it is false.
///
/// Lives on  the lobby's worker.
class AdminDesk {
 public:
  AdminDesk(LobbyDesk& desk, Storage& storage) : desk_(desk), storage_(storage) {}

  base::Task<Json> answer(Json question);

 private:
  static base::Task<Json> unknown();
  base::Task<Json> reports();
  base::Task<Json> close_report(Json question);
  base::Task<Json> ban(Json question);
  base::Task<Json> unban(Json question);
  Json bans();
  Json stats();

  LobbyDesk& desk_;
  Storage& storage_;
};

}  // namespace parley::chat
