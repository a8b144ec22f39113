// What is checked of everything that the server says, before any code sees it.
// Made by web/tools/generate_guards.mjs from contract/schemas; not to be edited.

import type { ServerEvents } from "../../../contract/types/events.js";
import {
  type Guard,
  address,
  amount,
  anyObject,
  both,
  either,
  flag,
  listOf,
  nothing,
  number,
  object,
  oneOf,
  optional,
  text,
  writtenText,
} from "./shapes.js";

const waitMs: Guard = amount;
const messageType: Guard = oneOf("text", "file", "voice");
const plain: Guard = either(text, number, flag, nothing);
const fileContent: Guard = object({ filename: text, fileType: text, fileSize: amount, tempUrl: optional(address), downloadUrl: optional(address), fileUrl: optional(address), url: optional(address) }, plain);
const voiceContent: Guard = object({ duration: amount, fileSize: amount, filename: optional(text), fileType: optional(text), tempUrl: optional(address), downloadUrl: optional(address), fileUrl: optional(address), url: optional(address) }, plain);
const content: Guard = either(writtenText, fileContent, voiceContent);
const contentOfType: Guard = either(object({ type: oneOf("text"), content: writtenText }), object({ type: oneOf("file"), content: fileContent }), object({ type: oneOf("voice"), content: voiceContent }));
const location: Guard = object({ country: optional(text), region: optional(text), city: optional(text) });
const matchedUser: Guard = object({ id: text, username: text, isGuest: oneOf(true), location: either(location, nothing), gender: either(text, nothing), language: either(text, nothing) });
const activeChat: Guard = object({ roomId: text, matchedUser: matchedUser });
const stats: Guard = object({ totalUsers: amount, onlineUsers: amount, activeUsers: amount, availableUsers: amount, connectedUsers: amount, usersInChat: amount });
const onlineUser: Guard = object({ id: text, username: text, isOnline: oneOf(true), isSearching: flag, lastSeen: text, location: either(location, nothing), gender: either(text, nothing), language: either(text, nothing), isGuest: oneOf(true) });
const onlineUsers: Guard = listOf(onlineUser);
const statsReport: Guard = object({ stats: stats, onlineUsers: onlineUsers, timestamp: text });
const description: Guard = anyObject;
const candidate: Guard = either(anyObject, nothing);
const callKind: Guard = oneOf("audio", "video");
const historyMessage: Guard = both(object({ id: text, senderId: text, senderUsername: text, type: messageType, content: content, timestamp: text, seq: amount, status: oneOf("sent", "delivered"), deliveredAt: optional(text), clientMessageId: optional(text) }), contentOfType);

export const eventGuards: Record<keyof ServerEvents, Guard> = {
  "chat:clear:confirmed": object({ message: text }),
  "chat:cleared": object({ userId: text, username: text, reason: text }),
  "chat:error": object({ message: text, code: text, retryAfterMs: optional(waitMs) }),
  "chat:message": both(object({ id: text, senderId: text, senderUsername: text, type: messageType, content: content, timestamp: text }), contentOfType),
  "chat:message:delivered": object({ messageId: text, timestamp: text, status: oneOf("delivered") }),
  "chat:message:sent": object({ messageId: text, timestamp: text, status: oneOf("sent"), clientMessageId: optional(text) }),
  "chat:typing:start": object({ userId: text, username: text }),
  "chat:typing:stop": object({ userId: text, username: text }),
  "connection:error": object({ message: text, code: text }),
  "connection:established": object({ userId: text, username: text, socketId: text, isGuest: oneOf(true), sessionId: text, activeChat: either(activeChat, nothing), isSearching: flag, serverTime: text }),
  "error": object({ message: text, code: text }),
  "presence:update": object({ userId: text, isOnline: flag, isSearching: flag, lastSeen: text }),
  "presence:user_offline": object({ userId: text, username: text, isOnline: oneOf(false), lastSeen: text }),
  "presence:user_online": object({ userId: text, username: text, isOnline: oneOf(true), lastSeen: text }),
  "realtime:stats": statsReport,
  "realtime:stats:error": object({ message: text, code: text, retryAfterMs: optional(waitMs) }),
  "room:closed": object({ userId: text, username: text, message: text, reason: text }),
  "room:user_joined": object({ userId: text, username: text, message: text }),
  "room:user_left": object({ userId: text, username: text, message: text }),
  "stats:update": stats,
  "user:match:cancel:error": object({ message: text, code: text, retryAfterMs: optional(waitMs) }),
  "user:match:cancelled": object({ message: text }),
  "user:match:error": object({ message: text, code: text, retryAfterMs: optional(waitMs) }),
  "user:match:no_users": object({ message: text }),
  "user:match:searching": object({ message: text }),
  "user:matched": object({ matchedUser: matchedUser, roomId: text }),
  "users:online:update": onlineUsers,
  "webrtc:answer": object({ answer: description, from: text, fromUsername: text }),
  "webrtc:call-end": object({ from: text, fromUsername: text }),
  "webrtc:call-reject": object({ from: text, fromUsername: text }),
  "webrtc:call-timeout": object({ from: text, fromUsername: text }),
  "webrtc:error": object({ message: text, code: text, retryAfterMs: optional(waitMs) }),
  "webrtc:ice-candidate": object({ candidate: candidate, from: text }),
  "webrtc:offer": object({ offer: description, type: callKind, from: text, fromUsername: text }),
};

export const answerGuards = {
  "sent": object({ ok: oneOf(true), messageId: text, timestamp: text, status: oneOf("sent") }),
  "history": object({ ok: oneOf(true), messages: listOf(historyMessage) }),
  "reported": object({ ok: oneOf(true), reportId: text }),
} satisfies Record<string, Guard>;
