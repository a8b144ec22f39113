import { io } from "socket.io-client";
import { ChatDriver } from "../chat/driver.js";
import { RecorderDriver } from "../chat/recorder_driver.js";
import type { RecorderState } from "../chat/recorder.js";
import type { ChatState } from "../chat/state.js";
import type { Clock } from "../sdk/clock.js";
import type { RestClient } from "../sdk/rest_client.js";
import type { SessionStore } from "../sdk/session_store.js";
import { SocketService } from "../sdk/socket_service.js";
import type { Signal } from "./signals.js";
import type { WritableStore } from "./store.js";

export interface OnlineOptions {
  base: string;
  rest: RestClient;
  session: SessionStore;
  clock: Clock;
  events: EventTarget;
  mediaDevices: MediaDevices | undefined;
  chat: WritableStore<ChatState>;
  recorder: WritableStore<RecorderState>;
  level: WritableStore<number>;
  onSignal: (signal: Signal) => void;
}

/** Everything that needs a connection; fetched after the start page is shown. */
export function goOnline(options: OnlineOptions) {
  const { base, rest, session, clock, events, onSignal } = options;
  const service = new SocketService({ url: base, session, rest, io, clock, events });
  const chat = new ChatDriver({ service, rest, session, clock, base, store: options.chat, onSignal });
  const recorder = new RecorderDriver({
    base,
    rest,
    clock,
    mediaDevices: options.mediaDevices,
    level: options.level,
    store: options.recorder,
    room: () => {
      const state = options.chat.getSnapshot();
      return state.at === "open" && state.life.at === "live" ? state.roomId : null;
    },
    send: (body) => chat.send(body),
  });
  return { service, chat, recorder };
}
