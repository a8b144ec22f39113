// Every payload that guests and the server exchange.
// Made by tools/generate-types from contract/; not to be edited.

/**
 * Unix milliseconds and random letters.
 */
export type MessageId = string;
/**
 * The public name of a guest.
 */
export type GuestId = string;
export type Username = string;
export type MessageType = "text" | "file" | "voice";
/**
 * What a message says; its form follows from the message's type.
 */
export type Content = TextContent | FileContent | VoiceContent;
/**
 * Any text that is not blank, byte for byte as its author wrote it; at most 1000 UTF-16 code units.
 */
export type TextContent = string;
/**
 * What a client may turn into a link or a player.
 */
export type LinkedUrl = string;
/**
 * A value without parts.
 */
export type Plain = string | number | boolean | null;
/**
 * A time as the author wrote it, for display only.
 */
export type ClientTime = string;
/**
 * ISO 8601, UTC, with milliseconds.
 */
export type Time = string;
export type ClientMessageId = string;
/**
 * After how many milliseconds it makes sense to try again.
 */
export type WaitMs = number;
/**
 * UUID, version 4.
 */
export type Uuid = string;
/**
 * JWT, HS256.
 */
export type Token = string;
export type Place = string;
export type Gender = string;
export type Language = string;
/**
 * What `RTCPeerConnection` has made; never looked into. At most 64 KiB of JSON.
 */
export type SessionDescription = object;
/**
 * What `RTCPeerConnection` has found, null at the end. At most 8 KiB of JSON.
 */
export type IceCandidate = object | null;
export type CallKind = "audio" | "video";
export type RestErrorCode =
  | "TOKEN_REQUIRED"
  | "TOKEN_INVALID"
  | "TOKEN_EXPIRED"
  | "NOT_GUEST"
  | "SESSION_NOT_FOUND"
  | "RATE_LIMITED"
  | "SHUTTING_DOWN"
  | "STORE_UNAVAILABLE"
  | "BANNED";
/**
 * The unguessable name of an upload, which is also the permission to read it.
 */
export type FileId = string;
export type MimeType = string;
/**
 * Bytes.
 */
export type FileSize = number;
export type FileCategory = "image" | "video" | "audio" | "pdf" | "text" | "archive" | "document";
/**
 * Where the bytes are, to show them or to save them.
 */
export type FileUrl = string;
/**
 * The secret name of a guest session; unrelated to the guest's public id.
 */
export type SessionId = string;
/**
 * Newest first.
 */
export type OnlineUsers = OnlineUser[];
export type SocketId = string;
/**
 * The two guest ids in ascending order, joined by an underscore.
 */
export type RoomId = string;
/**
 * To everyone when the numbers have changed, or to who asks.
 */
export type RealtimeStats = StatsReport;
/**
 * The numbers, to who asks.
 */
export type StatsUpdate = Stats;
/**
 * Who is online, to who asks.
 */
export type UsersOnlineUpdate = OnlineUsers;
export type ErrorCode =
  | "TOKEN_REQUIRED"
  | "TOKEN_INVALID"
  | "TOKEN_EXPIRED"
  | "NOT_GUEST"
  | "SESSION_NOT_FOUND"
  | "SESSION_REPLACED"
  | "CONNECTION_FAILED"
  | "RATE_LIMITED"
  | "SHUTTING_DOWN"
  | "STORE_UNAVAILABLE"
  | "INVALID_MESSAGE"
  | "NOT_IN_CHAT"
  | "PARTNER_UNAVAILABLE"
  | "INVALID_SIGNAL"
  | "IN_CHAT"
  | "BANNED";

/**
 * All is done.
 */
export interface Done {
  ok: true;
}
/**
 * The messages of the current chat, both guests', in `seq` order.
 */
export interface History {
  ok: true;
  messages: HistoryMessage[];
}
/**
 * A message as it is kept.
 */
export interface HistoryMessage {
  id: MessageId;
  senderId: GuestId;
  senderUsername: Username;
  type: MessageType;
  content: Content;
  timestamp: ClientTime;
  /**
   * 1, 2, 3 … within the chat.
   */
  seq: number;
  status: "sent" | "delivered";
  deliveredAt?: Time;
  clientMessageId?: ClientMessageId;
}
/**
 * A file that the guest has uploaded. Further keys with plain values pass through; what the server knows about `fileId` overrides what the guest says.
 */
export interface FileContent {
  filename: string;
  fileType: string;
  fileSize: number;
  tempUrl?: LinkedUrl;
  downloadUrl?: LinkedUrl;
  fileUrl?: LinkedUrl;
  url?: LinkedUrl;
  [k: string]: Plain | string | number | undefined;
}
/**
 * A voice note that the guest has uploaded.
 */
export interface VoiceContent {
  /**
   * Seconds.
   */
  duration: number;
  fileSize: number;
  filename?: string;
  fileType?: string;
  tempUrl?: LinkedUrl;
  downloadUrl?: LinkedUrl;
  fileUrl?: LinkedUrl;
  url?: LinkedUrl;
  [k: string]: Plain | number | string | undefined;
}
/**
 * The search could not be ended, or a pair was formed first.
 */
export interface CancelRefused {
  ok: false;
  error: {
    message:
      | "Already matched"
      | "Failed to cancel matching"
      | "Service temporarily unavailable"
      | "Rate limit exceeded"
      | "Guest session not found"
      | "Session opened in another window";
    code: "IN_CHAT" | "STORE_UNAVAILABLE" | "RATE_LIMITED" | "SESSION_NOT_FOUND" | "SESSION_REPLACED";
    retryAfterMs?: WaitMs;
  };
}
/**
 * A chat event was refused.
 */
export interface ChatRefused {
  ok: false;
  error: {
    message:
      | "Invalid message format"
      | "You are not connected to any user"
      | "Connected user is not available"
      | "Failed to send message"
      | "Failed to clear chat"
      | "Service temporarily unavailable"
      | "Rate limit exceeded"
      | "Guest session not found"
      | "Session opened in another window";
    code:
      | "INVALID_MESSAGE"
      | "NOT_IN_CHAT"
      | "PARTNER_UNAVAILABLE"
      | "STORE_UNAVAILABLE"
      | "RATE_LIMITED"
      | "SESSION_NOT_FOUND"
      | "SESSION_REPLACED";
    retryAfterMs?: WaitMs;
  };
}
/**
 * The search could not begin.
 */
export interface MatchRefused {
  ok: false;
  error: {
    message:
      | "Matching failed"
      | "Service temporarily unavailable"
      | "Rate limit exceeded"
      | "Guest session not found"
      | "Session opened in another window";
    code: "STORE_UNAVAILABLE" | "RATE_LIMITED" | "SESSION_NOT_FOUND" | "SESSION_REPLACED";
    retryAfterMs?: WaitMs;
  };
}
/**
 * Presence or profile could not be noted.
 */
export interface PresenceRefused {
  ok: false;
  error: {
    message:
      | "Service temporarily unavailable"
      | "Rate limit exceeded"
      | "Guest session not found"
      | "Session opened in another window";
    code: "STORE_UNAVAILABLE" | "RATE_LIMITED" | "SESSION_NOT_FOUND" | "SESSION_REPLACED";
    retryAfterMs?: WaitMs;
  };
}
/**
 * Nothing was confirmed, and nobody is told.
 */
export interface ReceiptRefused {
  ok: false;
  error: {
    message:
      | "Invalid message format"
      | "You are not connected to any user"
      | "Service temporarily unavailable"
      | "Rate limit exceeded"
      | "Guest session not found"
      | "Session opened in another window";
    code:
      | "INVALID_MESSAGE"
      | "NOT_IN_CHAT"
      | "STORE_UNAVAILABLE"
      | "RATE_LIMITED"
      | "SESSION_NOT_FOUND"
      | "SESSION_REPLACED";
    retryAfterMs?: WaitMs;
  };
}
/**
 * The signal was not passed on.
 */
export interface SignalRefused {
  ok: false;
  error: {
    message:
      | "Invalid signaling data"
      | "User not connected"
      | "Connected user is not available"
      | "Failed to relay signal"
      | "Service temporarily unavailable"
      | "Rate limit exceeded"
      | "Guest session not found"
      | "Session opened in another window";
    code:
      | "INVALID_SIGNAL"
      | "NOT_IN_CHAT"
      | "PARTNER_UNAVAILABLE"
      | "STORE_UNAVAILABLE"
      | "RATE_LIMITED"
      | "SESSION_NOT_FOUND"
      | "SESSION_REPLACED";
    retryAfterMs?: WaitMs;
  };
}
/**
 * Statistics could not be told.
 */
export interface StatsRefused {
  ok: false;
  error: {
    message:
      | "Failed to get statistics"
      | "Service temporarily unavailable"
      | "Rate limit exceeded"
      | "Guest session not found"
      | "Session opened in another window";
    code: "STORE_UNAVAILABLE" | "RATE_LIMITED" | "SESSION_NOT_FOUND" | "SESSION_REPLACED";
    retryAfterMs?: WaitMs;
  };
}
/**
 * The partner is not told.
 */
export interface TypingRefused {
  ok: false;
  error: {
    message:
      | "You are not connected to any user"
      | "Service temporarily unavailable"
      | "Rate limit exceeded"
      | "Guest session not found"
      | "Session opened in another window";
    code: "NOT_IN_CHAT" | "STORE_UNAVAILABLE" | "RATE_LIMITED" | "SESSION_NOT_FOUND" | "SESSION_REPLACED";
    retryAfterMs?: WaitMs;
  };
}
/**
 * The report is kept.
 */
export interface Reported {
  ok: true;
  reportId: Uuid;
}
/**
 * The message is kept.
 */
export interface Sent {
  ok: true;
  messageId: MessageId;
  timestamp: ClientTime;
  status: "sent";
}
/**
 * Which messages of the current chat.
 */
export interface HistoryRequest {
  /**
   * Only what came later.
   */
  afterSeq?: number;
}
/**
 * The recipient has the message.
 */
export interface DeliveryReceipt {
  messageId: MessageId;
}
/**
 * A message to the partner.
 */
export interface OutgoingMessage {
  type: MessageType;
  content: Content;
  /**
   * Kept if it is an ISO 8601 time, else the server's is taken.
   */
  timestamp?: string;
  clientMessageId?: ClientMessageId;
  /**
   * What clients without clientMessageId call their message; echoed, and used for nothing else.
   */
  id?: string;
}
/**
 * CONNECT of the handshake. The token may also be in the query (`token`) or in the Authorization header.
 */
export interface Connect {
  token: Token;
}
/**
 * What the guest tells about itself; id, username and isGuest are ignored, for identity comes from the token.
 */
export interface GuestRegister {
  id?: GuestId;
  username?: string;
  isGuest?: boolean;
  deviceId?: string | null;
  location?: Location | null;
  gender?: Gender | null;
  language?: Language | null;
}
/**
 * As far as the guest tells it.
 */
export interface Location {
  country?: Place;
  region?: Place;
  city?: Place;
}
/**
 * The same as guest:register.
 */
export interface GuestUpdate {
  id?: GuestId;
  username?: string;
  isGuest?: boolean;
  deviceId?: string | null;
  location?: Location | null;
  gender?: Gender | null;
  language?: Language | null;
}
/**
 * Keeps the session alive.
 */
export interface Heartbeat {
  timestamp?: string | number;
}
/**
 * Advisory: shows only that the guest is there.
 */
export interface PresenceOnline {
  isOnline: boolean;
  timestamp?: string | number;
}
/**
 * Advisory: changes nothing about the search.
 */
export interface PresenceSearching {
  isSearching: boolean;
}
/**
 * Nothing, or a wish that makes nobody wait.
 */
export interface MatchRequest {
  /**
   * A waiting guest that fits is chosen before one that does not.
   */
  prefer?: {
    language?: Language;
    country?: Place;
  };
}
/**
 * A complaint about the partner. It is kept with the last 20 messages; the chat goes on.
 */
export interface ReportRequest {
  reason: "spam" | "abuse" | "sexual" | "minor" | "other";
  details?: string;
}
/**
 * The call is taken.
 */
export interface AnswerSignal {
  answer: SessionDescription;
}
/**
 * A way to reach the sender.
 */
export interface CandidateSignal {
  candidate: IceCandidate;
}
/**
 * A call, or a renegotiation.
 */
export interface OfferSignal {
  offer: SessionDescription;
  type?: CallKind;
}
/**
 * The address may not become a guest.
 */
export interface Banned {
  success: false;
  message: "You have been banned";
  code: "BANNED";
  /**
   * When the ban ends; absent if it does not.
   */
  until?: Time;
}
/**
 * All is well, with nothing to tell.
 */
export interface DoneBody {
  success: true;
}
/**
 * Why a request was refused.
 */
export interface Failure {
  success: false;
  message: string;
  code?: RestErrorCode;
}
/**
 * Why a request about files was refused; older clients read `error`.
 */
export interface FileFailure {
  success: false;
  message: string;
  error: string;
  code?: RestErrorCode;
}
/**
 * What is known about a file.
 */
export interface FileInfo {
  success: true;
  data: {
    fileId: FileId;
    originalName: string;
    mimetype: MimeType;
    size: FileSize;
    createdAt: Time;
    expiresAt: Time;
    isImage: boolean;
    fileType: FileCategory;
  };
}
/**
 * Which fields of an upload break their rules; older clients read `error`.
 */
export interface FileInvalid {
  success: false;
  message: "Validation failed";
  error: "Validation failed";
  errors: FieldError[];
}
/**
 * One field that breaks its rule.
 */
export interface FieldError {
  type: "field";
  path: string;
  msg: string;
  location: "body";
  /**
   * What was sent, if anything was.
   */
  value?: unknown;
}
/**
 * How much is kept.
 */
export interface FileStats {
  success: true;
  data: {
    totalFiles: number;
    totalRooms: number;
    totalSize: number;
    totalSizeMB: number;
  };
}
/**
 * The token is missing or no good; older clients read `error`.
 */
export interface FileUnauthorized {
  success: false;
  message:
    | "Access token is required"
    | "Invalid token"
    | "Token has expired"
    | "Only guest sessions are supported"
    | "Guest session not found or expired";
  code: "TOKEN_REQUIRED" | "TOKEN_INVALID" | "TOKEN_EXPIRED" | "NOT_GUEST" | "SESSION_NOT_FOUND";
  error:
    | "Access token is required"
    | "Invalid token"
    | "Token has expired"
    | "Only guest sessions are supported"
    | "Guest session not found or expired";
}
/**
 * The file is kept for two hours, or until the chat ends.
 */
export interface FileUploaded {
  success: true;
  data: {
    fileId: FileId;
    filename: string;
    fileType: MimeType;
    fileSize: FileSize;
    tempUrl: FileUrl;
    downloadUrl: FileUrl;
    isImage: boolean;
    fileTypeCategory: FileCategory;
    expiresAt: Time;
  };
}
/**
 * A new guest session.
 */
export interface GuestCreated {
  success: true;
  message: "Guest session created successfully";
  data: {
    token: Token;
    user: User;
  };
}
/**
 * A guest as it sees itself.
 */
export interface User {
  id: GuestId;
  username: Username;
  isGuest: true;
  sessionId: SessionId;
  location: Location | null;
  gender: Gender | null;
  language: Language | null;
}
/**
 * The profile as it is now.
 */
export interface ProfileUpdated {
  success: true;
  message: "Location updated successfully";
  data: {
    location: Location | null;
    gender: Gender | null;
    language: Language | null;
  };
}
/**
 * The keys to change; the others stay as they are.
 */
export interface ProfileRequest {
  location?: Location | null;
  gender?: Gender | null;
  language?: Language | null;
  deviceId?: string | null;
}
/**
 * The guest whose token was shown.
 */
export interface Me {
  success: true;
  data: {
    user: OwnUser;
  };
}
export interface OwnUser {
  id: GuestId;
  username: Username;
  isGuest: true;
  sessionId: SessionId;
}
/**
 * A new token of the same session.
 */
export interface TokenRefreshed {
  success: true;
  data: {
    token: Token;
    user: User;
  };
}
/**
 * Who the guest wants to be. A missing body counts as an empty object.
 */
export interface NewGuestRequest {
  /**
   * Trimmed. Absent, null or blank: one is proposed.
   */
  username?: string | null;
  location?: Location | null;
  gender?: Gender | null;
  language?: Language | null;
  deviceId?: string | null;
}
/**
 * The guest as told to whoever knows its session id.
 */
export interface Session {
  success: true;
  data: {
    user: KnownUser;
  };
}
export interface KnownUser {
  id: GuestId;
  username: Username;
  isOnline: boolean;
  lastSeen: Time;
  isSearching: boolean;
  connectedUser: GuestId | null;
  isGuest: true;
  sessionId: SessionId;
  location: Location | null;
  gender: Gender | null;
  language: Language | null;
}
/**
 * The process answers.
 */
export interface Health {
  success: true;
  message: "Server is running";
  timestamp: Time;
  /**
   * Seconds.
   */
  uptime: number;
  version: string;
  redis: "up" | "down" | "disabled";
}
/**
 * For `RTCPeerConnection`.
 */
export interface IceServers {
  success: true;
  data: {
    iceServers: IceServer[];
    /**
     * For how many seconds the credentials are good.
     */
    ttl?: number;
    expiresAt?: Time;
  };
}
export interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}
/**
 * The body is not JSON.
 */
export interface InvalidJson {
  success: false;
  message: "Invalid JSON body";
}
/**
 * There is no such route.
 */
export interface NotFound {
  success: false;
  message: "API endpoint not found";
}
/**
 * There is no such session, or it has ended.
 */
export interface SessionNotFound {
  success: false;
  message: "Guest session not found or expired" | "Guest session not found";
}
/**
 * How many sockets there are.
 */
export interface SocketStats {
  success: true;
  data: {
    connectedSockets: number;
    rooms: number;
    namespace: "/";
  };
}
/**
 * Numbers and names together.
 */
export interface StatsBody {
  success: true;
  data: StatsReport;
}
/**
 * Numbers and names together.
 */
export interface StatsReport {
  stats: Stats;
  onlineUsers: OnlineUsers;
  timestamp: Time;
}
/**
 * How many there are of everything at one moment.
 */
export interface Stats {
  /**
   * Live sessions.
   */
  totalUsers: number;
  /**
   * Sessions that are online.
   */
  onlineUsers: number;
  /**
   * Open sockets.
   */
  activeUsers: number;
  /**
   * Guests who search.
   */
  availableUsers: number;
  /**
   * Chats, that is pairs.
   */
  connectedUsers: number;
  usersInChat: number;
}
/**
 * What everyone may know about a guest who is online.
 */
export interface OnlineUser {
  id: GuestId;
  username: Username;
  isOnline: true;
  isSearching: boolean;
  lastSeen: Time;
  location: Location | null;
  gender: Gender | null;
  language: Language | null;
  isGuest: true;
}
/**
 * Who is online.
 */
export interface OnlineUsersBody {
  success: true;
  data: {
    onlineUsers: OnlineUsers;
    count: number;
    timestamp: Time;
  };
}
/**
 * The token is missing or no good.
 */
export interface Unauthorized {
  success: false;
  message:
    | "Access token is required"
    | "Invalid token"
    | "Token has expired"
    | "Only guest sessions are supported"
    | "Guest session not found or expired";
  code: "TOKEN_REQUIRED" | "TOKEN_INVALID" | "TOKEN_EXPIRED" | "NOT_GUEST" | "SESSION_NOT_FOUND";
}
/**
 * A name one may take.
 */
export interface ProposedName {
  success: true;
  data: {
    username: Username;
  };
}
/**
 * Which fields break their rules.
 */
export interface ValidationFailed {
  success: false;
  message: "Validation failed";
  errors: FieldError[];
}
/**
 * The voice note is kept for two hours, or until the chat ends.
 */
export interface VoiceUploaded {
  success: true;
  data: {
    fileId: FileId;
    filename: string;
    fileType: MimeType;
    fileSize: FileSize;
    tempUrl: FileUrl;
    downloadUrl: FileUrl;
    isImage: boolean;
    fileTypeCategory: FileCategory;
    expiresAt: Time;
    /**
     * Seconds.
     */
    duration: number;
  };
}
/**
 * To who has left.
 */
export interface ChatClearConfirmed {
  message: "Chat cleared successfully";
}
/**
 * The partner has left the chat.
 */
export interface ChatCleared {
  userId: GuestId;
  username: Username;
  reason: "User left the chat";
}
/**
 * A chat event that was refused.
 */
export interface ChatError {
  message:
    | "Invalid message format"
    | "You are not connected to any user"
    | "Connected user is not available"
    | "Failed to send message"
    | "Failed to clear chat"
    | "Service temporarily unavailable"
    | "Rate limit exceeded"
    | "Guest session not found";
  code:
    | "INVALID_MESSAGE"
    | "NOT_IN_CHAT"
    | "PARTNER_UNAVAILABLE"
    | "STORE_UNAVAILABLE"
    | "RATE_LIMITED"
    | "SESSION_NOT_FOUND";
  retryAfterMs?: WaitMs;
}
/**
 * To the author: the partner has it.
 */
export interface MessageDelivered {
  messageId: MessageId;
  timestamp: Time;
  status: "delivered";
}
/**
 * A message from the partner. Whoever has it already confirms it again and does not show it.
 */
export interface ChatMessage {
  id: MessageId;
  senderId: GuestId;
  senderUsername: Username;
  type: MessageType;
  content: Content;
  timestamp: ClientTime;
}
/**
 * To the author: the message is kept.
 */
export interface MessageSent {
  messageId: MessageId;
  timestamp: ClientTime;
  status: "sent";
  /**
   * The author's own name of the message, as given.
   */
  clientMessageId?: string;
}
/**
 * The partner writes.
 */
export interface TypingStarted {
  userId: GuestId;
  username: Username;
}
/**
 * The partner writes no longer.
 */
export interface TypingStopped {
  userId: GuestId;
  username: Username;
}
/**
 * CONNECT_ERROR of the handshake: the socket is refused.
 */
export interface ConnectError {
  message:
    | "Authentication token required"
    | "Invalid token"
    | "Token has expired"
    | "Only guest sessions are supported"
    | "Guest session not found or expired"
    | "Rate limit exceeded"
    | "Too many connections from this address"
    | "Server is shutting down"
    | "Service temporarily unavailable"
    | "You have been banned";
  data: {
    code:
      | "TOKEN_REQUIRED"
      | "TOKEN_INVALID"
      | "TOKEN_EXPIRED"
      | "NOT_GUEST"
      | "SESSION_NOT_FOUND"
      | "RATE_LIMITED"
      | "SHUTTING_DOWN"
      | "STORE_UNAVAILABLE"
      | "BANNED";
    retryAfterMs?: WaitMs;
    /**
     * When a ban ends; absent if it does not.
     */
    until?: Time;
  };
}
/**
 * The connection could not be set up; the transport closes.
 */
export interface ConnectionError {
  message: "Connection failed";
  code: "CONNECTION_FAILED";
}
/**
 * The first event on every socket.
 */
export interface ConnectionEstablished {
  userId: GuestId;
  username: Username;
  socketId: SocketId;
  isGuest: true;
  sessionId: SessionId;
  activeChat: ActiveChat | null;
  isSearching: boolean;
  serverTime: Time;
}
/**
 * The chat that has survived a connection.
 */
export interface ActiveChat {
  roomId: RoomId;
  matchedUser: MatchedUser;
}
/**
 * What a guest is told about its partner.
 */
export interface MatchedUser {
  id: GuestId;
  username: Username;
  isGuest: true;
  location: Location | null;
  gender: Gender | null;
  language: Language | null;
}
/**
 * Why the server is about to close the connection.
 */
export interface ServerError {
  message: "Session opened in another window" | "Authentication failed" | "Connection failed" | "You have been banned";
  code: "SESSION_REPLACED" | "TOKEN_EXPIRED" | "SESSION_NOT_FOUND" | "CONNECTION_FAILED" | "BANNED";
}
/**
 * The guest's own presence.
 */
export interface PresenceUpdate {
  userId: GuestId;
  isOnline: boolean;
  isSearching: boolean;
  lastSeen: Time;
}
/**
 * The partner's connection is lost; the chat waits for it.
 */
export interface PartnerOffline {
  userId: GuestId;
  username: Username;
  isOnline: false;
  lastSeen: Time;
}
/**
 * The partner is back within the grace period.
 */
export interface PartnerOnline {
  userId: GuestId;
  username: Username;
  isOnline: true;
  lastSeen: Time;
}
/**
 * Statistics that could not be told.
 */
export interface StatsError {
  message:
    "Failed to get statistics" | "Service temporarily unavailable" | "Rate limit exceeded" | "Guest session not found";
  code: "STORE_UNAVAILABLE" | "RATE_LIMITED" | "SESSION_NOT_FOUND";
  retryAfterMs?: WaitMs;
}
/**
 * The chat is over and the page is to be left.
 */
export interface RoomClosed {
  userId: GuestId;
  username: Username;
  message: "The other user has left. Room closed." | "Server is restarting. Room closed.";
  reason: "user_disconnected" | "partner_offline" | "room_closed" | "session_ended" | "server_shutdown";
}
/**
 * A guest came into the room.
 */
export interface UserJoined {
  userId: GuestId;
  username: Username;
  message: string;
}
/**
 * A guest left the room.
 */
export interface UserLeft {
  userId: GuestId;
  username: Username;
  message: string;
}
/**
 * A search that could not be ended.
 */
export interface MatchCancelError {
  message:
    "Failed to cancel matching" | "Service temporarily unavailable" | "Rate limit exceeded" | "Guest session not found";
  code: "STORE_UNAVAILABLE" | "RATE_LIMITED" | "SESSION_NOT_FOUND";
  retryAfterMs?: WaitMs;
}
/**
 * The search is over.
 */
export interface MatchCancelled {
  message: "Matching cancelled";
}
/**
 * A search that could not begin.
 */
export interface MatchError {
  message: "Matching failed" | "Service temporarily unavailable" | "Rate limit exceeded" | "Guest session not found";
  code: "STORE_UNAVAILABLE" | "RATE_LIMITED" | "SESSION_NOT_FOUND";
  retryAfterMs?: WaitMs;
}
/**
 * Nobody waits; the guest stays in the queue.
 */
export interface MatchNoUsers {
  message: "No users available for matching. Waiting for someone to join...";
}
/**
 * The search has begun.
 */
export interface MatchSearching {
  message: "Searching for available users";
}
/**
 * A partner was found.
 */
export interface Matched {
  matchedUser: MatchedUser;
  roomId: RoomId;
}
/**
 * The partner takes the call.
 */
export interface CallAnswer {
  answer: SessionDescription;
  from: GuestId;
  fromUsername: Username;
}
/**
 * The call is over.
 */
export interface CallEnded {
  from: GuestId;
  fromUsername: Username;
}
/**
 * The partner does not take the call.
 */
export interface CallRejected {
  from: GuestId;
  fromUsername: Username;
}
/**
 * Nobody has taken the call; `from` is the caller.
 */
export interface CallTimedOut {
  from: GuestId;
  fromUsername: Username;
}
/**
 * A signal that was not passed on.
 */
export interface WebrtcError {
  message:
    | "Invalid signaling data"
    | "User not connected"
    | "Connected user is not available"
    | "Failed to relay signal"
    | "Service temporarily unavailable"
    | "Rate limit exceeded"
    | "Guest session not found";
  code:
    | "INVALID_SIGNAL"
    | "NOT_IN_CHAT"
    | "PARTNER_UNAVAILABLE"
    | "STORE_UNAVAILABLE"
    | "RATE_LIMITED"
    | "SESSION_NOT_FOUND";
  retryAfterMs?: WaitMs;
}
/**
 * A way to reach the partner.
 */
export interface CallCandidate {
  candidate: IceCandidate;
  from: GuestId;
}
/**
 * The partner calls, or renegotiates.
 */
export interface CallOffer {
  offer: SessionDescription;
  type: CallKind;
  from: GuestId;
  fromUsername: Username;
}
