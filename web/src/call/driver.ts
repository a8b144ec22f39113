import type { CallMedia } from "../app/parley.js";
import type { Signal } from "../app/signals.js";
import type { WritableStore } from "../app/store.js";
import type { CallEntry } from "../chat/state.js";
import { CallService, type CallNews, browserRtc } from "../sdk/call_service.js";
import type { Clock } from "../sdk/clock.js";
import { LevelMeter } from "../sdk/level_meter.js";
import type { RestClient } from "../sdk/rest_client.js";
import type { SocketService } from "../sdk/socket_service.js";
import type { CallState } from "./state.js";

export interface CallDriverOptions {
  service: SocketService;
  rest: RestClient;
  clock: Clock;
  state: WritableStore<CallState>;
  media: WritableStore<CallMedia>;
  level: WritableStore<number>;
  onSignal: (signal: Signal) => void;
  /** A call is over and leaves a line in the conversation. */
  onOver: (entry: Omit<CallEntry, "kind" | "key" | "at">) => void;
  partnerName: () => string;
}

/** Shows a call service to the views; null where the browser cannot make calls. */
export function driveCalls(options: CallDriverOptions): CallService | null {
  const { service, rest, clock, state, media } = options;
  const rtc = browserRtc(async () => {
    const answer = await rest.iceServers();
    return answer.ok ? answer.data.iceServers : [];
  });
  if (!rtc) return null;
  const calls = new CallService(service, rtc, clock);
  const meter = new PreviewMeter(options.level);
  calls.onState((now) => {
    state.set(now);
    meter.listen(now.at === "preview" ? calls.streams.local : null);
  });
  calls.onStreams((streams) => {
    media.set(streams);
    meter.listen(calls.state.at === "preview" ? streams.local : null);
  });
  calls.onNews((news) => tell(news, options));
  return calls;
}

function tell(news: CallNews, { onSignal, onOver, partnerName }: CallDriverOptions): void {
  switch (news.type) {
    case "log":
      return onOver({ call: news.call, mine: news.mine, outcome: news.outcome, durationMs: news.durationMs });
    case "notify":
      return onSignal({ type: "notify", about: "call", from: partnerName(), text: "" });
    default:
      return onSignal(news);
  }
}

/** Shows in the preview whether the microphone hears anything. */
class PreviewMeter {
  readonly #level: WritableStore<number>;
  #stream: MediaStream | null = null;
  #meter: LevelMeter | null = null;

  constructor(level: WritableStore<number>) {
    this.#level = level;
  }

  listen(stream: MediaStream | null): void {
    const audible = stream && stream.getAudioTracks().length > 0 ? stream : null;
    if (audible === this.#stream) return;
    this.#meter?.close();
    this.#meter = audible && new LevelMeter(audible, (level) => this.#level.set(level));
    this.#stream = audible;
    if (!audible) this.#level.set(0);
  }
}
