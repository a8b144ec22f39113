// The chat as it is usually built: npm `socket.io` and plain objects in memory. The same REST calls, events and
// checks as the chat server's as far as the benchmark goes, configured for speed (WebSocket through `ws`, no
// compression, no logging), and nothing kept on disk.
import { randomBytes, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import jwt from "jsonwebtoken";
import { Server } from "socket.io";

const { values: options } = parseArgs({
  options: { host: { type: "string", default: "127.0.0.1" }, port: { type: "string", default: "3001" } },
});
const secret = process.env.JWT_SECRET ?? randomBytes(32).toString("hex");
const statsIntervalMs = Number(process.env.STATS_INTERVAL_MS ?? 1000);
const claims = { issuer: "realtime-chat-app", audience: "realtime-chat-users" };

/** All guest sessions by their secret id. */
const sessions = new Map();
/** Guests with a socket, oldest first. */
const online = new Set();
/** Guests without a partner who look for one. */
const waiting = [];
let chats = 0;

const now = () => new Date().toISOString();

// REST

function createGuest({ username }) {
  const name = username ?? `BraveOwl${1 + Math.floor(Math.random() * 9999)}`;
  if (typeof name !== "string" || !/^[A-Za-z0-9_]{3,20}$/.test(name)) return [400, failure("Validation failed")];
  const guest = {
    id: `guest_${randomUUID()}`,
    sessionId: randomUUID(),
    username: name,
    location: null,
    gender: null,
    language: null,
    lastSeen: Date.now(),
    isSearching: false,
    socket: null,
    chat: null,
  };
  sessions.set(guest.sessionId, guest);
  return [
    201,
    {
      success: true,
      message: "Guest session created successfully",
      data: { token: tokenOf(guest), user: { ...publicProfile(guest), sessionId: guest.sessionId } },
    },
  ];
}

function tokenOf({ id, sessionId, username }) {
  const payload = { userId: id, sessionId, username, isGuest: true };
  return jwt.sign(payload, secret, { algorithm: "HS256", expiresIn: "7d", ...claims });
}

const publicProfile = ({ id, username, location, gender, language }) => ({
  id,
  username,
  isGuest: true,
  location,
  gender,
  language,
});
const failure = (message) => ({ success: false, message });

function answer(response, [status, body]) {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}

async function readJson(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length ? JSON.parse(Buffer.concat(chunks).toString("utf8")) : {};
}

const http = createServer(async (request, response) => {
  if (request.method === "GET" && request.url === "/health") {
    return answer(response, [200, { success: true, message: "Server is running", timestamp: now() }]);
  }
  if (request.method !== "POST" || request.url !== "/api/guest") {
    return answer(response, [404, failure("API endpoint not found")]);
  }
  try {
    answer(response, createGuest(await readJson(request)));
  } catch {
    answer(response, [400, failure("Invalid JSON body")]);
  }
});

// Sockets

const io = new Server(http, {
  pingInterval: 25_000,
  pingTimeout: 60_000,
  maxHttpBufferSize: 1_000_000,
  perMessageDeflate: false,
  httpCompression: false,
  serveClient: false,
});

const refusal = (message, code) => Object.assign(new Error(message), { data: { code } });

io.use((socket, next) => {
  const { token } = socket.handshake.auth;
  if (!token) return next(refusal("Authentication token required", "TOKEN_REQUIRED"));
  try {
    const { sessionId } = jwt.verify(token, secret, { algorithms: ["HS256"], ...claims });
    const guest = sessions.get(sessionId);
    if (!guest) return next(refusal("Guest session not found or expired", "SESSION_NOT_FOUND"));
    socket.data.guest = guest;
    next();
  } catch (error) {
    if (error.name === "TokenExpiredError") return next(refusal("Token has expired", "TOKEN_EXPIRED"));
    next(refusal("Invalid token", "TOKEN_INVALID"));
  }
});

io.on("connection", (socket) => {
  const { guest } = socket.data;
  const replaced = guest.socket;
  guest.socket = socket;
  guest.lastSeen = Date.now();
  online.add(guest);
  if (replaced) {
    replaced.emit("error", { message: "Session opened in another window", code: "SESSION_REPLACED" });
    replaced.disconnect(true);
  }
  if (guest.chat) socket.join(guest.chat.roomId);
  socket.emit("connection:established", {
    userId: guest.id,
    username: guest.username,
    socketId: socket.id,
    isGuest: true,
    sessionId: guest.sessionId,
    activeChat: guest.chat && { roomId: guest.chat.roomId, matchedUser: publicProfile(partnerOf(guest)) },
    isSearching: false,
    serverTime: now(),
  });
  statsChanged();

  socket.on("user:match", () => match(guest));
  socket.on("user:match:cancel", () => {
    if (guest.chat) return;
    stopSearching(guest);
    socket.emit("user:match:cancelled", { message: "Matching cancelled" });
  });
  socket.on("chat:message", (message) => say(guest, message));
  socket.on("chat:message:delivered", (confirmation) => confirm(guest, confirmation));
  for (const event of ["chat:typing:start", "chat:typing:stop"]) {
    socket.on(event, () => partnerOf(guest)?.socket.emit(event, { userId: guest.id, username: guest.username }));
  }
  for (const event of ["chat:clear", "leave-room", "close-room"]) socket.on(event, () => leave(guest, event));
  for (const signal of ["offer", "answer", "ice-candidate", "call-end", "call-reject", "call-timeout"]) {
    socket.on(`webrtc:${signal}`, (payload) => relaySignal(guest, signal, payload));
  }
  socket.on("disconnect", () => {
    if (guest.socket !== socket) return;
    guest.socket = null;
    online.delete(guest);
    stopSearching(guest);
    const partner = endChat(guest);
    partner?.socket?.emit("room:closed", {
      userId: guest.id,
      username: guest.username,
      message: "The other user has left. Room closed.",
      reason: "user_disconnected",
    });
    statsChanged();
  });
});

// Matching and rooms

const partnerOf = (guest) => guest.chat?.members.find((member) => member !== guest);

function stopSearching(guest) {
  if (!guest.isSearching) return;
  guest.isSearching = false;
  waiting.splice(waiting.indexOf(guest), 1);
  statsChanged();
}

function match(guest) {
  if (guest.chat) leave(guest, "leave-room");
  guest.socket.emit("user:match:searching", { message: "Searching for available users" });
  const others = guest.isSearching ? waiting.filter((other) => other !== guest) : waiting;
  if (others.length === 0) {
    if (!guest.isSearching) waiting.push(guest);
    guest.isSearching = true;
    statsChanged();
    guest.socket.emit("user:match:no_users", {
      message: "No users available for matching. Waiting for someone to join...",
    });
    return;
  }
  const partner = others[Math.floor(Math.random() * others.length)];
  stopSearching(partner);
  stopSearching(guest);
  const roomId = [guest.id, partner.id].sort().join("_");
  const chat = { roomId, members: [guest, partner], unconfirmed: new Map(), sent: new Map() };
  ++chats;
  for (const member of chat.members) {
    member.chat = chat;
    member.socket.join(roomId);
  }
  guest.socket.emit("user:matched", { matchedUser: publicProfile(partner), roomId });
  partner.socket.emit("user:matched", { matchedUser: publicProfile(guest), roomId });
  for (const { id, username } of chat.members) {
    io.to(roomId).emit("room:user_joined", { userId: id, username, message: `${username} has joined the chat` });
  }
  statsChanged();
}

function endChat(guest) {
  const partner = partnerOf(guest);
  if (!partner) return null;
  const { roomId, members } = guest.chat;
  for (const member of members) {
    member.chat = null;
    member.socket?.leave(roomId);
  }
  --chats;
  statsChanged();
  return partner;
}

function leave(guest, event) {
  const { id: userId, username } = guest;
  const roomId = guest.chat?.roomId;
  if (roomId) io.to(roomId).emit("room:user_left", { userId, username, message: `${username} has left the chat` });
  const partner = endChat(guest);
  partner?.socket.emit("chat:cleared", { userId, username, reason: "User left the chat" });
  guest.socket.emit("chat:clear:confirmed", { message: "Chat cleared successfully" });
  if (event !== "close-room") return;
  partner?.socket.emit("room:closed", {
    userId,
    username,
    message: "The other user has left. Room closed.",
    reason: "room_closed",
  });
}

// Messages

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

function isValid(message) {
  if (message === null || typeof message !== "object") return false;
  const { type, content, clientMessageId } = message;
  const named = clientMessageId !== undefined;
  if (named && (typeof clientMessageId !== "string" || clientMessageId.length > 64)) return false;
  if (type === "text") return typeof content === "string" && content.length <= 1000 && content.trim() !== "";
  return (type === "file" || type === "voice") && content !== null && typeof content === "object";
}

const randomTail = () => Math.random().toString(36).slice(2, 11).padEnd(9, "0");

function say(guest, message) {
  const { chat, socket } = guest;
  if (!chat) return socket.emit("chat:error", { message: "You are not connected to any user", code: "NOT_IN_CHAT" });
  if (!isValid(message)) {
    return socket.emit("chat:error", { message: "Invalid message format", code: "INVALID_MESSAGE" });
  }
  const { type, content, clientMessageId } = message;
  const timestamp =
    typeof message.timestamp === "string" && message.timestamp.length <= 40 && isoTime.test(message.timestamp)
      ? message.timestamp
      : now();
  const key = clientMessageId && `${guest.id} ${clientMessageId}`;
  const known = key && chat.sent.get(key);
  const id = known ?? `msg_${Date.now()}_${randomTail()}`;
  socket.emit("chat:message:sent", {
    messageId: id,
    timestamp,
    status: "sent",
    clientMessageId: clientMessageId ?? message.id,
  });
  if (known) return;
  if (key) remember(chat.sent, key, id);
  chat.unconfirmed.set(id, guest);
  guest.lastSeen = Date.now();
  partnerOf(guest).socket.emit("chat:message", {
    id,
    senderId: guest.id,
    senderUsername: guest.username,
    type,
    content,
    timestamp,
  });
}

/** Keeps the newest 500. */
function remember(map, key, value) {
  map.set(key, value);
  if (map.size > 500) map.delete(map.keys().next().value);
}

function confirm(guest, confirmation) {
  const messageId = confirmation?.messageId;
  const author = guest.chat?.unconfirmed.get(messageId);
  if (!author || author === guest) return;
  guest.chat.unconfirmed.delete(messageId);
  author.socket.emit("chat:message:delivered", { messageId, timestamp: now(), status: "delivered" });
}

function relaySignal(guest, signal, payload) {
  const partner = partnerOf(guest);
  if (!partner) return guest.socket.emit("webrtc:error", { message: "User not connected", code: "NOT_IN_CHAT" });
  const from = { from: guest.id, fromUsername: guest.username };
  if (signal === "offer") partner.socket.emit("webrtc:offer", { offer: payload?.offer, type: payload?.type, ...from });
  else if (signal === "answer") partner.socket.emit("webrtc:answer", { answer: payload?.answer, ...from });
  else if (signal === "ice-candidate") {
    partner.socket.emit("webrtc:ice-candidate", { candidate: payload?.candidate, from: guest.id });
  } else partner.socket.emit(`webrtc:${signal}`, from);
}

// Statistics: merged, so that at most one broadcast is sent per interval.

let statsTimer = null;
let statsSentAt = 0;

function statsChanged() {
  if (statsTimer) return;
  statsTimer = setTimeout(sendStats, Math.max(0, statsSentAt + statsIntervalMs - Date.now()));
}

function sendStats() {
  statsTimer = null;
  statsSentAt = Date.now();
  const newest = [...online].slice(-100).reverse();
  io.emit("realtime:stats", {
    stats: {
      totalUsers: sessions.size,
      onlineUsers: online.size,
      activeUsers: online.size,
      availableUsers: waiting.length,
      connectedUsers: chats,
      usersInChat: 2 * chats,
    },
    onlineUsers: newest.map((guest) => ({
      ...publicProfile(guest),
      isOnline: true,
      isSearching: guest.isSearching,
      lastSeen: new Date(guest.lastSeen).toISOString(),
    })),
    timestamp: now(),
  });
}

http.keepAliveTimeout = 65_000;
http.listen({ host: options.host, port: Number(options.port), backlog: 4096 });
process.on("SIGTERM", () => process.exit(0));
