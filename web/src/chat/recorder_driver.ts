import type { Store, WritableStore } from "../app/store.js";
import type { Clock } from "../sdk/clock.js";
import { LevelMeter } from "../sdk/level_meter.js";
import type { RestClient } from "../sdk/rest_client.js";
import type { RecorderEffect, RecorderEvent, RecorderFailure, RecorderState, Recording } from "./recorder.js";
import { stepRecorder } from "./recorder.js";
import type { Body } from "./state.js";
import { failureOf } from "./uploads.js";

export interface RecorderDriverOptions {
  /** Origin of the server; empty for the page's own. */
  base: string;
  rest: RestClient;
  clock: Clock;
  mediaDevices: MediaDevices | undefined;
  level: WritableStore<number>;
  store: WritableStore<RecorderState>;
  /** The room that a finished note is sent to; null when there is none any more. */
  room: () => string | null;
  send: (body: Body) => void;
}

/** Everyone can play the first; the others are for browsers that cannot record it. */
const formats = ["audio/mp4", "audio/webm;codecs=opus", "audio/webm", "audio/ogg;codecs=opus"];
const bars = 48;

/** Records voice notes and brings them to the server. */
export class RecorderDriver {
  readonly #options: RecorderDriverOptions;
  readonly #store: WritableStore<RecorderState>;
  #stream: MediaStream | null = null;
  #recorder: MediaRecorder | null = null;
  #meter: LevelMeter | null = null;
  #stopLimit: (() => void) | null = null;
  #levels: number[] = [];
  #blob: Blob | null = null;
  #url: string | null = null;
  #abort: AbortController | null = null;
  /** Counts what is begun, so that an answer that comes late is known to be for something else. */
  #take = 0;

  constructor(options: RecorderDriverOptions) {
    this.#options = options;
    this.#store = options.store;
  }

  get store(): Store<RecorderState> {
    return this.#store;
  }

  dispatch(event: RecorderEvent): void {
    const { state, effects } = stepRecorder(this.#store.getSnapshot(), event);
    this.#store.set(state);
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: RecorderEffect): void {
    switch (effect.type) {
      case "open-microphone":
        return void this.#open();
      case "stop-recording":
        return this.#recorder?.stop();
      case "discard":
        return this.#discard();
      case "upload-recording":
        return void this.#upload();
    }
  }

  async #open(): Promise<void> {
    const take = this.#take;
    const { mediaDevices, clock } = this.#options;
    const mime =
      typeof MediaRecorder === "undefined" ? undefined : formats.find((one) => MediaRecorder.isTypeSupported(one));
    if (!mediaDevices || !mime) return this.dispatch({ type: "refused", why: "unsupported" });
    let stream: MediaStream;
    try {
      stream = await mediaDevices.getUserMedia({ audio: true });
    } catch (error) {
      if (take === this.#take) this.dispatch({ type: "refused", why: faultOf(error) });
      return;
    }
    if (take !== this.#take) return stop(stream);
    this.#stream = stream;
    this.#levels = [];
    this.#meter = new LevelMeter(stream, (level) => {
      this.#levels.push(level);
      this.#options.level.set(level);
    });
    this.#record(stream, mime, clock.now(), take);
  }

  #record(stream: MediaStream, mimeType: string, since: number, take: number): void {
    const recorder = new MediaRecorder(stream, { mimeType });
    const chunks: Blob[] = [];
    recorder.ondataavailable = ({ data }) => chunks.push(data);
    recorder.onstop = () => {
      if (take !== this.#take) return;
      // Recorders do not write down how long a note is; only the clock knows.
      const durationMs = this.#options.clock.now() - since;
      this.#release();
      this.#blob = new Blob(chunks, { type: recorder.mimeType.split(";")[0] || "audio/webm" });
      this.#url = URL.createObjectURL(this.#blob);
      const recording: Recording = {
        url: this.#url,
        mime: this.#blob.type,
        size: this.#blob.size,
        durationMs,
        waveform: waveformOf(this.#levels),
      };
      this.dispatch({ type: "recorded", recording });
    };
    stream.getAudioTracks()[0]?.addEventListener("ended", () => {
      if (take === this.#take && recorder.state === "recording") this.dispatch({ type: "stop", then: "review" });
    });
    this.#recorder = recorder;
    recorder.start();
    this.dispatch({ type: "granted", now: since });
    const state = this.#store.getSnapshot();
    if (state.at !== "recording") return;
    this.#stopLimit = this.#options.clock.after(state.limitMs, () => this.dispatch({ type: "limit-reached" }));
  }

  async #upload(): Promise<void> {
    const take = this.#take;
    const state = this.#store.getSnapshot();
    const roomId = this.#options.room();
    if (state.at !== "sending" || !this.#blob) return;
    if (!roomId) return this.dispatch({ type: "failed", why: "refused" });
    const { recording } = state;
    const extension = recording.mime.split("/")[1] ?? "webm";
    this.#abort = new AbortController();
    const answer = await this.#options.rest.uploadVoice(
      this.#blob,
      { roomId, seconds: Math.max(1, Math.round(recording.durationMs / 1000)), filename: `voice.${extension}` },
      {
        signal: this.#abort.signal,
        onProgress: (fraction) => this.dispatch({ type: "progress", percent: Math.floor(fraction * 100) }),
      }
    );
    if (take !== this.#take) return;
    if (!answer.ok) {
      const { why } = failureOf(answer.fault);
      return this.dispatch({ type: "failed", why: why === "chat-over" ? "refused" : why });
    }
    const { fileId, fileType, fileSize, expiresAt } = answer.data;
    this.#options.send({
      type: "voice",
      fileId,
      url: `${this.#options.base}/api/temp-files/temp/${fileId}`,
      mime: fileType,
      size: fileSize,
      durationMs: recording.durationMs,
      waveform: recording.waveform,
      expiresAt: Date.parse(expiresAt),
    });
    this.dispatch({ type: "uploaded" });
  }

  #release(): void {
    this.#stopLimit?.();
    this.#stopLimit = null;
    this.#meter?.close();
    this.#meter = null;
    if (this.#stream) stop(this.#stream);
    this.#stream = null;
    this.#recorder = null;
    this.#options.level.set(0);
  }

  #discard(): void {
    this.#take += 1;
    this.#abort?.abort();
    this.#abort = null;
    if (this.#recorder?.state === "recording") this.#recorder.stop();
    this.#release();
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = null;
    this.#blob = null;
  }
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function faultOf(error: unknown): RecorderFailure {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "permission-refused";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "no-device";
  return name === "NotReadableError" || name === "AbortError" ? "in-use" : "unsupported";
}

/** As many bars as there is room for, each as loud as its loudest moment. */
export function waveformOf(levels: readonly number[]): readonly number[] {
  const count = Math.min(bars, levels.length);
  return Array.from({ length: count }, (_, bar) => {
    const from = Math.floor((bar * levels.length) / count);
    return Math.max(...levels.slice(from, Math.max(from + 1, Math.floor(((bar + 1) * levels.length) / count))));
  });
}
