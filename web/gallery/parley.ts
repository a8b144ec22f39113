import type { Actions, CallMedia, Parley } from "../src/app/parley.js";
import { createStore, type WritableStore } from "../src/app/store.js";
import type { CallState } from "../src/call/state.js";
import type { RecorderState } from "../src/chat/recorder.js";
import type { ChatState } from "../src/chat/state.js";
import type { SessionState } from "../src/session/state.js";

export interface Shown {
  session: SessionState;
  chat?: ChatState;
  call?: CallState;
  recorder?: RecorderState;
  level?: number;
  media?: CallMedia;
  /** Accessible names of what is to be pressed, one after the other, to come into a state that only the view knows. */
  press?: readonly string[];
}

export interface StillParley extends Parley {
  readonly chat: WritableStore<ChatState>;
  /** Names of the actions, as they were asked for. */
  readonly done: string[];
}

/** A Parley that stands still: shows one state, and only notes what it is asked to do. */
export function stillParley(shown: Shown): StillParley {
  const done: string[] = [];
  const chat = createStore<ChatState>(shown.chat ?? { at: "none" });
  const noted = new Proxy({} as Actions, {
    get: (_, name: string) => (...args: unknown[]) => {
      // A button hands its event along; what is asked for is all that matters.
      done.push([name, ...args.filter((each) => typeof each !== "object")].join(" "));
      const now = chat.getSnapshot();
      // The draft alone does change, so that typing can be tried and measured.
      if (name === "changeDraft" && now.at === "open") chat.set({ ...now, draft: String(args[0]) });
    },
  });
  return {
    session: createStore(shown.session),
    chat,
    call: createStore<CallState>(shown.call ?? { at: "idle" }),
    recorder: createStore<RecorderState>(shown.recorder ?? { at: "idle" }),
    level: createStore(shown.level ?? 0),
    media: createStore<CallMedia>(shown.media ?? { local: null, remoteAudio: null, remoteVideo: null }),
    do: noted,
    onSignal: () => () => {},
    done,
  };
}
