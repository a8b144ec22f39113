import type { Refusal, UploadFailure } from "../../chat/attachments.js";
import type { RecorderFailure } from "../../chat/recorder.js";
import type { CallEntry, ChatEnd, ReportReason, SendFailure } from "../../chat/state.js";
import { lasted, size } from "../units.js";

export const sendFailures: Record<SendFailure, string> = {
  "rate-limited": "Not sent: too many messages in a short time.",
  refused: "Not sent: the server refused it.",
  "chat-over": "Not sent: the chat was over.",
  unavailable: "Not sent: the server could not keep it.",
};

export const uploadFailures: Record<UploadFailure, string> = {
  network: "The upload broke off.",
  "rate-limited": "Too many uploads in a short time.",
  refused: "The server refused this file.",
  "chat-over": "The chat was over before it was sent.",
};

export const recorderFailures: Record<RecorderFailure, string> = {
  "permission-refused": "The microphone is blocked. Allow it in the browser's settings for this page, then try again.",
  "no-device": "There is no microphone. Connect one, then try again.",
  "in-use": "Another program is using the microphone. Close it there, then try again.",
  unsupported: "This browser cannot record sound.",
  "too-short": "That was too short. Hold the button while you speak, or tap it once and speak freely.",
  network: "The voice note could not be sent, because the connection broke off.",
  "rate-limited": "The voice note was not sent: too many in a short time.",
  refused: "The server refused the voice note.",
};

export function refusal(why: Refusal): string {
  switch (why.why) {
    case "type":
      return why.mime ? `Files of this kind (${why.mime}) cannot be sent.` : "Files of this kind cannot be sent.";
    case "size":
      return `Too large: a file may have at most ${size(why.limit)}.`;
    case "empty":
      return "This file is empty.";
    case "count":
      return `At most ${why.limit} files can be sent at once.`;
  }
}

/** How the chat ended; `left` and the like are said to whoever left. */
export function endWords(why: ChatEnd, partner: string): string {
  switch (why) {
    case "partner-left":
    case "partner-closed":
      return `${partner} has left the chat.`;
    case "partner-lost":
      return `${partner} lost the connection and did not come back.`;
    case "server-restart":
      return "The server was restarted, and the chat ended with it.";
    case "left":
      return "You have left the chat.";
    case "blocked":
      return `You have blocked ${partner}. You two will not meet again.`;
    case "renewed":
      return "Your session had expired and was renewed; the chat could not be carried over.";
    case "not-there":
      return "The chat had ended while you were away.";
  }
}

export function callWords({ call, outcome, mine, durationMs }: CallEntry, partner: string): string {
  const what = call === "video" ? "Video call" : "Voice call";
  switch (outcome) {
    case "ended":
      return `${what}, ${lasted(durationMs)}`;
    case "declined":
      return mine ? `${what} declined by ${partner}` : `${what} declined`;
    case "missed":
      return `Missed ${what.toLowerCase()} from ${partner}`;
    case "no-answer":
      return `${what} without answer`;
    case "cancelled":
      return mine ? `${what} called off` : `Missed ${what.toLowerCase()} from ${partner}`;
    case "failed":
      return `${what} failed`;
  }
}

export const reportReasons: Record<ReportReason, string> = {
  abuse: "Insults, threats or hatred",
  sexual: "Sexual content I did not ask for",
  minor: "Seems to be a child",
  spam: "Advertising or fraud",
  other: "Something else",
};

export const openers = [
  "What made you smile today?",
  "If you could be anywhere right now, where would you be?",
  "What are you listening to, watching or reading these days?",
];
