import type {
  Content,
  FileContent,
  FileUploaded,
  HistoryMessage,
  MessageType,
  VoiceContent,
} from "../../../contract/types/payloads.js";
import type { Body, FileCategory, HistoryItem } from "./state.js";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const categories: readonly string[] = ["image", "video", "audio", "pdf", "text", "archive", "document"];
/** One character a bar: 0 is silence, z as loud as can be. */
const levels = 35;

/**
 * What a message shows.
 *
 * `base`  origin of the server, empty for the page's own. Files of this server are addressed by their id: the address in
 *         the message names the server as its author reached it, which need not be how we reach it.
 */
export function bodyOf(type: MessageType, content: Content, base: string): Body {
  if (typeof content === "string") return { type: "text", text: content };
  if (type === "voice") return voiceOf(content as VoiceContent, base);
  const file = content as FileContent;
  const mime = String(file.fileType);
  return {
    type: "file",
    ...placeOf(file, base),
    downloadUrl: address(file, base, "download", [file.downloadUrl, file.tempUrl, file.url, file.fileUrl]),
    name: file.filename,
    mime,
    size: file.fileSize,
    category: categoryOf(file.fileTypeCategory, mime),
    caption: typeof file.caption === "string" ? file.caption : "",
  };
}

function voiceOf(voice: VoiceContent, base: string): Body {
  return {
    type: "voice",
    ...placeOf(voice, base),
    mime: voice.fileType ?? "",
    size: voice.fileSize,
    durationMs: voice.duration * 1000,
    waveform: typeof voice.waveform === "string" ? readWaveform(voice.waveform) : [],
  };
}

function placeOf(content: FileContent | VoiceContent, base: string) {
  const { fileId, expiresAt } = content;
  return {
    fileId: typeof fileId === "string" && uuid.test(fileId) ? fileId : null,
    url: address(content, base, "temp", [content.tempUrl, content.url, content.fileUrl]),
    expiresAt: typeof expiresAt === "string" ? timeOf(expiresAt, null) : null,
  };
}

function address(
  { fileId }: FileContent | VoiceContent,
  base: string,
  kind: "temp" | "download",
  told: readonly (string | undefined)[]
): string | null {
  if (typeof fileId === "string" && uuid.test(fileId)) return `${base}/api/temp-files/${kind}/${fileId}`;
  const url = told.find((one) => one !== undefined);
  if (url === undefined) return null;
  if (/^\/(?![/\\])/.test(url)) return base + url;
  return /^https?:\/\/./i.test(url) ? url : null;
}

function categoryOf(told: unknown, mime: string): FileCategory {
  if (typeof told === "string" && categories.includes(told)) return told as FileCategory;
  const kind = mime.split("/")[0] ?? "";
  return kind === "image" || kind === "video" || kind === "audio" || kind === "text" ? kind : "document";
}

/** What is sent for a message; the addresses are the server's to say. */
export function contentOf(body: Body): Content {
  switch (body.type) {
    case "text":
      return body.text;
    case "file":
      return {
        filename: body.name,
        fileType: body.mime,
        fileSize: body.size,
        ...(body.fileId ? { fileId: body.fileId } : {}),
        ...(body.caption ? { caption: body.caption } : {}),
      };
    case "voice":
      return {
        duration: body.durationMs / 1000,
        fileSize: body.size,
        fileType: body.mime,
        ...(body.fileId ? { fileId: body.fileId } : {}),
        ...(body.waveform.length > 0 ? { waveform: writeWaveform(body.waveform) } : {}),
      };
  }
}

/** The message that a finished upload becomes. */
export function bodyOfUpload(data: FileUploaded["data"], caption: string, base: string): Body {
  return bodyOf(
    "file",
    {
      fileId: data.fileId,
      filename: data.filename,
      fileType: data.fileType,
      fileSize: data.fileSize,
      fileTypeCategory: data.fileTypeCategory,
      expiresAt: data.expiresAt,
      caption,
    },
    base
  );
}

export function historyItem(message: HistoryMessage, me: string, base: string): HistoryItem {
  return {
    id: message.id,
    mine: message.senderId === me,
    at: timeOf(message.timestamp, 0),
    body: bodyOf(message.type, message.content, base),
    delivered: message.status === "delivered" ? timeOf(message.deliveredAt ?? message.timestamp, 0) : null,
    clientMessageId: message.clientMessageId ?? null,
  };
}

export function timeOf<Else>(text: string, otherwise: Else): number | Else {
  const time = Date.parse(text);
  return Number.isNaN(time) ? otherwise : time;
}

export function writeWaveform(waveform: readonly number[]): string {
  return waveform.map((level) => Math.round(Math.min(Math.max(level, 0), 1) * levels).toString(36)).join("");
}

function readWaveform(text: string): readonly number[] {
  if (!/^[0-9a-z]{1,100}$/.test(text)) return [];
  return [...text].map((digit) => parseInt(digit, 36) / levels);
}
