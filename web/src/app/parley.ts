import type { CallKind } from "../../../contract/types/payloads.js";
import type { CallState } from "../call/state.js";
import type { RecorderState, RecordingHow } from "../chat/recorder.js";
import type { ChatState, ReportReason } from "../chat/state.js";
import type { SessionState } from "../session/state.js";
import type { Signal } from "./signals.js";
import type { Store } from "./store.js";

/** Everything that the views show, and everything that a guest can do. */
export interface Parley {
  readonly session: Store<SessionState>;
  readonly chat: Store<ChatState>;
  readonly call: Store<CallState>;
  readonly recorder: Store<RecorderState>;
  /** Loudness of the own microphone from 0 to 1, while a preview or a recording is open. */
  readonly level: Store<number>;
  /** What video and audio elements show; changes only when an element has to be bound again. */
  readonly media: Store<CallMedia>;
  readonly do: Actions;
  /** Sounds and notifications, as they become due. */
  onSignal(listener: (signal: Signal) => void): () => void;
}

export interface CallMedia {
  readonly local: MediaStream | null;
  readonly remoteAudio: MediaStream | null;
  readonly remoteVideo: MediaStream | null;
}

export interface Actions {
  // start and lobby
  typeName(name: string): void;
  rerollName(): void;
  /** Become a guest (or go on as the returning one) and search. */
  start(): void;
  cancelSearch(): void;
  retry(): void;
  next(): void;
  home(): void;
  signOut(): void;
  useHere(): void;
  // chat
  changeDraft(text: string): void;
  /** Sends the draft, and the picked files before it. */
  send(): void;
  retryMessage(key: string): void;
  deleteMessage(key: string): void;
  leave(): void;
  block(): void;
  report(reason: ReportReason, details: string): void;
  showPicture(key: string): void;
  coverPicture(key: string): void;
  pictureGone(key: string): void;
  // attachments
  pick(files: Iterable<File>): void;
  captionAttachment(key: string, caption: string): void;
  sendAttachments(): void;
  retryAttachment(key: string): void;
  removeAttachment(key: string): void;
  // recorder
  startRecording(how: RecordingHow): void;
  lockRecording(): void;
  stopRecording(then: "review" | "send"): void;
  sendRecording(): void;
  cancelRecording(): void;
  // call
  /** Opens the preview. */
  previewCall(kind: CallKind): void;
  /** Out of the preview: call, or accept. */
  confirmCall(): void;
  /** Accept an incoming call: through the preview when there is a camera to see oneself in. */
  acceptCall(kind: CallKind): void;
  declineCall(): void;
  hangUp(): void;
  dismissCall(): void;
  setMic(on: boolean): void;
  setCamera(on: boolean): void;
  flipCamera(): void;
  chooseDevice(kind: "microphone" | "camera" | "speaker", id: string): void;
  retryDevices(): void;
}
