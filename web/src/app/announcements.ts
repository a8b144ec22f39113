import type { CallState } from "../call/state.js";
import type { RecorderState } from "../chat/recorder.js";
import type { ChatState } from "../chat/state.js";
import type { SessionState } from "../session/state.js";
import { endWords as callEndWords, faultWords } from "../ui/call/words.js";
import { endWords, sendFailures } from "../ui/chat/words.js";
import { lobbyWords } from "../ui/lobby/words.js";
import { notices } from "../ui/start/words.js";

/** Everything that may be worth saying. */
export interface Scene {
  session: SessionState;
  chat: ChatState;
  call: CallState;
  recorder: RecorderState;
}

/**
 * What somebody who does not see the page has to be told about a change. Messages are not among it: they stand in a
 * log, which is read by itself. Countdowns are not either, for nobody wants to hear every second.
 */
export function announcement(before: Scene, now: Scene): string | null {
  const said = [session(before.session, now.session), chat(before.chat, now.chat), call(before, now), recorder(before, now)];
  return said.filter(Boolean).join(" ") || null;
}

function session(before: SessionState, now: SessionState): string | null {
  if (now.at === "start") {
    const was = before.at === "start" ? before : null;
    if (now.form.at !== was?.form.at) {
      if (now.form.at === "unreachable") return "The server cannot be reached. Trying again.";
      if (now.form.at === "rate-limited") return "Too many guests have come from your address. Please wait a little.";
    }
    return now.notice && !was ? notices[now.notice] : null;
  }
  if (now.at !== "guest" || now.place.at !== "lobby") return null;
  const was = before.at === "guest" && before.place.at === "lobby" ? before.place.search : null;
  const search = now.place.search;
  const words = lobbyWords(search, now.link, null);
  const earlier = was && before.at === "guest" ? lobbyWords(was, before.link, null) : null;
  return earlier?.title === words.title && earlier.text === words.text ? null : `${words.title} ${words.text}`;
}

function chat(before: ChatState, now: ChatState): string | null {
  if (now.at !== "open") return null;
  const was = before.at === "open" && before.roomId === now.roomId ? before : null;
  const name = now.partner.username;
  if (!was) return `You are in a chat with ${name}.`;
  if (was.life !== now.life && now.life.at === "over") return endWords(now.life.why, name);
  if (!was.away && now.away) return "Your connection is lost. What you write is kept and sent when you are back.";
  if (was.away && !now.away) return "You are connected again.";
  if (!was.partnerAway && now.partnerAway) return `${name} has lost the connection. We wait for the return.`;
  if (was.partnerAway && !now.partnerAway) return `${name} is back.`;
  return was.entries === now.entries ? null : failed(was, now);
}

/** Only the newest messages can have failed just now. */
function failed(was: Extract<ChatState, { at: "open" }>, now: Extract<ChatState, { at: "open" }>): string | null {
  for (let index = now.entries.length - 1; index >= Math.max(0, now.entries.length - 30); index -= 1) {
    const entry = now.entries[index]!;
    const earlier = was.entries[index];
    if (entry === earlier || entry.kind !== "message" || entry.receipt?.at !== "failed") continue;
    if (earlier?.kind === "message" && earlier.receipt?.at !== "failed") return sendFailures[entry.receipt.why];
  }
  return null;
}

function call({ call: before }: Scene, { call: now, chat: conversation }: Scene): string | null {
  const name = conversation.at === "open" ? conversation.partner.username : "The other person";
  if ("line" in now && "line" in before) {
    const { partner: was, media } = before.line;
    const { partner: is } = now.line;
    if (media.mic !== now.line.media.mic) return now.line.media.mic ? "Your microphone is on." : "Your microphone is muted.";
    if (media.camera !== now.line.media.camera) return now.line.media.camera ? "Your camera is on." : "Your camera is off.";
    if (was && is && was.mic !== is.mic) return is.mic ? `${name} can be heard again.` : `${name} is muted.`;
    if (was && is && was.camera !== is.camera) return is.camera ? `${name} has turned the camera on.` : `${name} has turned the camera off.`;
  }
  if (now.at === "preview" && now.media.fault && (before.at !== "preview" || !before.media.fault)) return faultWords(now.media.fault);
  if (before.at === now.at) return null;
  switch (now.at) {
    case "calling":
      return `Calling ${name}.`;
    case "connecting":
      return "Connecting.";
    case "in-call":
      return before.at === "reconnecting" ? "The call is back." : `You are in a call with ${name}.`;
    case "reconnecting":
      return "The call is interrupted. Reconnecting.";
    case "ended":
      return `Call ended. ${callEndWords(now.why, name)}`;
    default:
      return null;
  }
}

function recorder({ recorder: before }: Scene, { recorder: now }: Scene): string | null {
  if (before.at === now.at) return null;
  if (now.at === "recording") return "Recording.";
  return now.at === "review" ? "Recorded. You can listen before you send it." : null;
}
