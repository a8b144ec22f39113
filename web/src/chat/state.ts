import type { ErrorCode, GuestId, MatchedUser, MessageId, RoomId } from "../../../contract/types/payloads.js";
import type { CallOutcome } from "../call/state.js";
import type { Attachment, AttachmentEvent, AttachmentEffect } from "./attachments.js";

export type FileCategory = "image" | "video" | "audio" | "pdf" | "text" | "archive" | "document";

/** What a message shows. An address is null when it is none that may be opened. */
export type Body =
  | { type: "text"; text: string }
  | {
      type: "file";
      /** Names the upload at our own server, if that is where it is. */
      fileId: string | null;
      name: string;
      mime: string;
      size: number;
      url: string | null;
      downloadUrl: string | null;
      category: FileCategory;
      caption: string;
      expiresAt: number | null;
    }
  | {
      type: "voice";
      fileId: string | null;
      url: string | null;
      mime: string;
      size: number;
      durationMs: number;
      /** Loudness from 0 to 1, one value a bar; empty when the author's client told none. */
      waveform: readonly number[];
      expiresAt: number | null;
    };

export type Receipt =
  | { at: "sending" }
  | { at: "sent" }
  | { at: "delivered"; when: number }
  | { at: "failed"; why: SendFailure; retryAt: number | null };

export type SendFailure = "rate-limited" | "refused" | "chat-over" | "unavailable";

export type Cover = "covered" | "shown" | "gone";

export interface MessageEntry {
  kind: "message";
  /** The author's own name of the message if it is ours, else the server's; never changes while it is shown. */
  key: string;
  id: MessageId | null;
  mine: boolean;
  at: number;
  body: Body;
  /** How far our own message has come; null for the partner's. */
  receipt: Receipt | null;
  /** Pictures of strangers are covered until the guest wants to see them; `gone`: erased at the server. */
  cover: Cover;
}

/** A call leaves a line in the conversation. */
export interface CallEntry {
  kind: "call";
  key: string;
  at: number;
  call: "audio" | "video";
  mine: boolean;
  outcome: CallOutcome;
  durationMs: number;
}

export type Entry = MessageEntry | CallEntry;

export type ChatEnd =
  | "partner-left"
  /** The partner's connection is lost for good. */
  | "partner-lost"
  | "partner-closed"
  | "server-restart"
  | "left"
  | "blocked"
  /** Our session was renewed, and a chat cannot be carried over to another identity. */
  | "renewed"
  /** The server knows no such chat (any more). */
  | "not-there";

export type ReportReason = "spam" | "abuse" | "sexual" | "minor" | "other";
export type ReportState = "none" | "sending" | "sent" | "failed";

export interface Conversation {
  at: "open";
  roomId: RoomId;
  me: GuestId;
  partner: MatchedUser;
  since: number;
  life: { at: "live" } | { at: "over"; why: ChatEnd; when: number };
  entries: readonly Entry[];
  /** What the guest has typed and not sent; kept over a reload. */
  draft: string;
  attachments: readonly Attachment[];
  partnerTyping: boolean;
  /** The partner's connection is lost; the server waits for it until about `until`. */
  partnerAway: { since: number; until: number } | null;
  /** Our own connection is lost; messages queue up. */
  away: { since: number } | null;
  report: ReportState;
  /** Messages that came while the page was out of sight. */
  unread: number;
  pageHidden: boolean;
  /** When messages were delivered that we do not yet know to be sent: answers may overtake each other. */
  early: Readonly<Record<MessageId, number>>;
}

export type ChatState = { at: "none" } | Conversation;

/** A stored message as `chat:history` tells it. */
export interface HistoryItem {
  id: MessageId;
  mine: boolean;
  at: number;
  body: Body;
  delivered: number | null;
  clientMessageId: string | null;
}

/** What outlives a reload of the page. */
export interface Kept {
  entries: readonly Entry[];
  draft: string;
  since: number;
}

export type ChatEvent =
  | {
      type: "opened";
      now: number;
      roomId: RoomId;
      me: GuestId;
      partner: MatchedUser;
      /** False for a reloaded page that shows what it has kept before the server has said whether the chat goes on. */
      confirmed: boolean;
      /** What an earlier page kept of this very room. */
      kept: Kept | null;
    }
  | { type: "closed"; now: number; why: ChatEnd }
  | { type: "dismissed" }
  // what the guest does
  | { type: "draft-changed"; text: string }
  | { type: "send"; now: number; key: string; body: Body }
  | { type: "retry"; now: number; key: string }
  | { type: "delete"; key: string }
  | { type: "leave" }
  | { type: "block"; now: number }
  | { type: "report"; reason: ReportReason; details: string }
  | { type: "show-picture"; key: string }
  | { type: "cover-picture"; key: string }
  | { type: "picture-gone"; key: string }
  | { type: "page"; hidden: boolean }
  | { type: "attachment"; event: AttachmentEvent }
  // what the server says
  | { type: "message"; now: number; id: MessageId; at: number; body: Body }
  | { type: "sent"; key: string; id: MessageId }
  | { type: "delivered"; id: MessageId; when: number }
  | { type: "send-failed"; now: number; key: string; code: ErrorCode; retryAfterMs: number | null }
  | { type: "history"; now: number; items: readonly HistoryItem[] }
  | { type: "partner-typing"; typing: boolean; now: number }
  | { type: "partner-away"; now: number }
  | { type: "partner-back" }
  | { type: "away"; now: number }
  | { type: "back" }
  | { type: "reported"; ok: boolean }
  | { type: "call-over"; entry: CallEntry }
  // what the clock says
  | { type: "timer"; now: number; timer: ChatTimer };

/** A partner's client may vanish while it types; nobody types for ever. */
export type ChatTimer = "partner-typing";

export type ChatEffect =
  | { type: "queue"; key: string; body: Body; at: number }
  | { type: "unqueue"; key: string }
  | { type: "confirm"; id: MessageId }
  | { type: "typing"; on: boolean }
  | { type: "leave-room" }
  | { type: "block-partner" }
  | { type: "report-partner"; reason: ReportReason; details: string }
  | { type: "ask-history" }
  | { type: "tell-message"; from: string; body: Body }
  | { type: "start-timer"; timer: ChatTimer; ms: number }
  | { type: "stop-timer"; timer: ChatTimer }
  | AttachmentEffect;
