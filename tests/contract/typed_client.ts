// A client in TypeScript, compiled and never run: what it may write, and what the compiler must refuse.

import { type Socket, io } from "socket.io-client";
import type { Ack, ClientEvents, ServerEvents } from "../../contract/types/events.js";
import type { FileUploaded, GuestCreated, StatsBody } from "../../contract/types/payloads.js";

const socket: Socket<ServerEvents, ClientEvents> = io("http://localhost:3001", { auth: { token: "" } });

socket.on("user:matched", ({ matchedUser, roomId }) => {
  const city: string | undefined = matchedUser.location?.city;
  const gender: string | null = matchedUser.gender;
  console.log(city, gender, roomId.length, matchedUser.isGuest satisfies true);
  // @ts-expect-error A partner's session id is never told.
  console.log(matchedUser.sessionId);
});
socket.on("chat:message", ({ id, type, content }) => {
  socket.emit("chat:message:delivered", { messageId: id });
  if (typeof content === "string") console.log(content.length);
  else if ("duration" in content) console.log(content.duration);
  // @ts-expect-error There are three types of messages.
  if (type === "system") console.log(type);
});
socket.on("chat:error", ({ code, message, retryAfterMs }) => {
  if (code === "RATE_LIMITED") setTimeout(() => console.log(message), retryAfterMs);
  // @ts-expect-error No chat error has the code of a signal.
  if (code === "INVALID_SIGNAL") console.log(message);
});
socket.on("users:online:update", (users) => console.log(users.map(({ username }) => username)));
socket.on("room:closed", ({ reason }) => console.log(reason satisfies string));
// @ts-expect-error The server never says this.
socket.on("user:disconnected", () => {});

socket.emit("user:match", { prefer: { language: "fi" } }, (answer) => console.log(answer.ok || answer.error.code));
socket.emit("leave-room");
socket.emit("leave-room", (answer: Ack) => console.log(answer.ok));
socket.emit("chat:message", { type: "text", content: "Hello", clientMessageId: "1" }, (answer) => {
  if (answer.ok) console.log(answer.messageId, answer.status satisfies "sent");
  else console.log(answer.error.message);
});
socket.emit("chat:history", { afterSeq: 7 }, (answer) => {
  if (answer.ok) console.log(answer.messages.map(({ seq, deliveredAt }) => [seq, deliveredAt?.length]));
});
const description: { type: "offer"; sdp?: string } = { type: "offer" };
socket.emit("webrtc:offer", { offer: description, type: "video" });
socket.emit("webrtc:ice-candidate", { candidate: null });
// @ts-expect-error A message has content.
socket.emit("chat:message", { type: "text" });
// @ts-expect-error A description is an object.
socket.emit("webrtc:answer", { answer: "v=0" });
// @ts-expect-error Nobody listens to that.
socket.emit("chat:shout", {});

export async function becomeGuest(): Promise<string> {
  const created = (await (await fetch("/api/guest", { method: "POST" })).json()) as GuestCreated;
  return `${created.data.token} ${created.data.user.sessionId}`;
}
export const total = (body: StatsBody): number => body.data.stats.totalUsers;
export const link = (body: FileUploaded): string => body.data.downloadUrl;
