// Which events there are, for Socket<ServerEvents, ClientEvents> of socket.io-client.
// Made by tools/generate-types from contract/; not to be edited.

import type {
  AnswerSignal,
  CallAnswer,
  CallCandidate,
  CallEnded,
  CallOffer,
  CallRejected,
  CallTimedOut,
  CandidateSignal,
  ChatClearConfirmed,
  ChatCleared,
  ChatError,
  ChatMessage,
  ConnectionError,
  ConnectionEstablished,
  DeliveryReceipt,
  ErrorCode,
  GuestRegister,
  GuestUpdate,
  Heartbeat,
  History,
  HistoryRequest,
  MatchCancelError,
  MatchCancelled,
  MatchError,
  MatchNoUsers,
  MatchRequest,
  MatchSearching,
  Matched,
  MessageDelivered,
  MessageSent,
  OfferSignal,
  OutgoingMessage,
  PartnerOffline,
  PartnerOnline,
  PresenceOnline,
  PresenceSearching,
  PresenceUpdate,
  RealtimeStats,
  ReportRequest,
  Reported,
  RoomClosed,
  Sent,
  ServerError,
  StatsError,
  StatsUpdate,
  TypingStarted,
  TypingStopped,
  UserJoined,
  UserLeft,
  UsersOnlineUpdate,
  WebrtcError,
} from "./payloads.js";

export type * from "./payloads.js";

/** What an acknowledgement callback is given. */
export type Ack<T = {}> =
  | ({ ok: true } & T)
  | { ok: false; error: { message: string; code: ErrorCode; retryAfterMs?: number } };

/** What the server says. */
export interface ServerEvents {
  /** The first event on every socket. */
  "connection:established": (payload: ConnectionEstablished) => void;
  /** The connection could not be set up; the transport closes. */
  "connection:error": (payload: ConnectionError) => void;
  /** Why the server is about to close the connection. */
  "error": (payload: ServerError) => void;
  /** The search has begun. */
  "user:match:searching": (payload: MatchSearching) => void;
  /** Nobody waits; the guest stays in the queue. */
  "user:match:no_users": (payload: MatchNoUsers) => void;
  /** A partner was found. */
  "user:matched": (payload: Matched) => void;
  /** The search is over. */
  "user:match:cancelled": (payload: MatchCancelled) => void;
  /** A search that could not begin. */
  "user:match:error": (payload: MatchError) => void;
  /** A search that could not be ended. */
  "user:match:cancel:error": (payload: MatchCancelError) => void;
  /** A message from the partner. Whoever has it already confirms it again and does not show it. */
  "chat:message": (payload: ChatMessage) => void;
  /** To the author: the message is kept. */
  "chat:message:sent": (payload: MessageSent) => void;
  /** To the author: the partner has it. */
  "chat:message:delivered": (payload: MessageDelivered) => void;
  /** The partner writes. */
  "chat:typing:start": (payload: TypingStarted) => void;
  /** The partner writes no longer. */
  "chat:typing:stop": (payload: TypingStopped) => void;
  /** The partner has left the chat. */
  "chat:cleared": (payload: ChatCleared) => void;
  /** To who has left. */
  "chat:clear:confirmed": (payload: ChatClearConfirmed) => void;
  /** A chat event that was refused. */
  "chat:error": (payload: ChatError) => void;
  /** A guest came into the room. */
  "room:user_joined": (payload: UserJoined) => void;
  /** A guest left the room. */
  "room:user_left": (payload: UserLeft) => void;
  /** The chat is over and the page is to be left. */
  "room:closed": (payload: RoomClosed) => void;
  /** The partner calls, or renegotiates. */
  "webrtc:offer": (payload: CallOffer) => void;
  /** The partner takes the call. */
  "webrtc:answer": (payload: CallAnswer) => void;
  /** A way to reach the partner. */
  "webrtc:ice-candidate": (payload: CallCandidate) => void;
  /** The call is over. */
  "webrtc:call-end": (payload: CallEnded) => void;
  /** The partner does not take the call. */
  "webrtc:call-reject": (payload: CallRejected) => void;
  /** Nobody has taken the call; `from` is the caller. */
  "webrtc:call-timeout": (payload: CallTimedOut) => void;
  /** A signal that was not passed on. */
  "webrtc:error": (payload: WebrtcError) => void;
  /** To everyone when the numbers have changed, or to who asks. */
  "realtime:stats": (payload: RealtimeStats) => void;
  /** The numbers, to who asks. */
  "stats:update": (payload: StatsUpdate) => void;
  /** Who is online, to who asks. */
  "users:online:update": (payload: UsersOnlineUpdate) => void;
  /** Statistics that could not be told. */
  "realtime:stats:error": (payload: StatsError) => void;
  /** The partner is back within the grace period. */
  "presence:user_online": (payload: PartnerOnline) => void;
  /** The partner's connection is lost; the chat waits for it. */
  "presence:user_offline": (payload: PartnerOffline) => void;
  /** The guest's own presence. */
  "presence:update": (payload: PresenceUpdate) => void;
}

/** What a client may say; every event may ask for an acknowledgement. */
export interface ClientEvents {
  /** Nothing, or a wish that makes nobody wait. */
  "user:match": (payload: MatchRequest, ack?: (answer: Ack) => void) => void;
  /** End the search. */
  "user:match:cancel": (ack?: (answer: Ack) => void) => void;
  /** A message to the partner. */
  "chat:message": (payload: OutgoingMessage, ack?: (answer: Ack<Sent>) => void) => void;
  /** The recipient has the message. */
  "chat:message:delivered": (payload: DeliveryReceipt, ack?: (answer: Ack) => void) => void;
  /** The guest writes. */
  "chat:typing:start": (ack?: (answer: Ack) => void) => void;
  /** The guest writes no longer. */
  "chat:typing:stop": (ack?: (answer: Ack) => void) => void;
  /** Leave the chat. */
  "chat:clear": (ack?: (answer: Ack) => void) => void;
  /** Leave the chat, the same as chat:clear. */
  "leave-room": (ack?: (answer: Ack) => void) => void;
  /** Leave the chat and close the partner's room. */
  "close-room": (ack?: (answer: Ack) => void) => void;
  /** A call, or a renegotiation. */
  "webrtc:offer": (payload: OfferSignal, ack?: (answer: Ack) => void) => void;
  /** The call is taken. */
  "webrtc:answer": (payload: AnswerSignal, ack?: (answer: Ack) => void) => void;
  /** A way to reach the sender. */
  "webrtc:ice-candidate": (payload: CandidateSignal, ack?: (answer: Ack) => void) => void;
  /** The call is over. Any payload is ignored. */
  "webrtc:call-end": (ack?: (answer: Ack) => void) => void;
  /** The call is not taken. Any payload is ignored. */
  "webrtc:call-reject": (ack?: (answer: Ack) => void) => void;
  /** Nobody has taken the call. Any payload is ignored. */
  "webrtc:call-timeout": (ack?: (answer: Ack) => void) => void;
  /** Which messages of the current chat. */
  "chat:history": (payload: HistoryRequest, ack?: (answer: Ack<History>) => void) => void;
  /** A complaint about the partner. It is kept with the last 20 messages; the chat goes on. */
  "user:report": (payload: ReportRequest, ack?: (answer: Ack<Reported>) => void) => void;
  /** Leave the chat and never meet this partner again. */
  "user:block": (ack?: (answer: Ack) => void) => void;
  /** Ask for numbers and names together. */
  "get:stats": (ack?: (answer: Ack) => void) => void;
  /** Ask for the numbers. */
  "stats:request": (ack?: (answer: Ack) => void) => void;
  /** Ask who is online. */
  "users:online:request": (ack?: (answer: Ack) => void) => void;
  /** Advisory: shows only that the guest is there. */
  "presence:online": (payload: PresenceOnline, ack?: (answer: Ack) => void) => void;
  /** Advisory: changes nothing about the search. */
  "presence:searching": (payload: PresenceSearching, ack?: (answer: Ack) => void) => void;
  /** Keeps the session alive. */
  "presence:heartbeat": (payload: Heartbeat, ack?: (answer: Ack) => void) => void;
  /** Ask for the guest's own presence. */
  "presence:request_update": (ack?: (answer: Ack) => void) => void;
  /** What the guest tells about itself; id, username and isGuest are ignored, for identity comes from the token. */
  "guest:register": (payload: GuestRegister, ack?: (answer: Ack) => void) => void;
  /** The same as guest:register. */
  "guest:update": (payload: GuestUpdate, ack?: (answer: Ack) => void) => void;
}
