import type { CallState } from "../call/state.js";
import type { RecorderState } from "../chat/recorder.js";
import type { ChatEvent, ChatState } from "../chat/state.js";
import { callAll } from "../sdk/call_all.js";
import { systemClock } from "../sdk/clock.js";
import type { CallService } from "../sdk/call_service.js";
import { RestClient } from "../sdk/rest_client.js";
import { SessionStore } from "../sdk/session_store.js";
import { SessionDriver } from "../session/driver.js";
import type { Missing } from "../session/state.js";
import type { goOnline } from "./online.js";
import type { Actions, CallMedia, Parley } from "./parley.js";
import type { Signal } from "./signals.js";
import { createStore } from "./store.js";

/** Nobody is waiting for anything yet when this much time has passed after the first paint. */
const preloadMs = 300;
/** The server that serves the page is the one it talks to. */
const base = "";

/** Builds the application: three machines, their drivers, and what a guest can do. */
export function createParley(): Parley {
  const missing = missingInBrowser();
  const session = missing.includes("storage") ? SessionStore.inMemory() : SessionStore.ofBrowser();
  const rest = new RestClient({ url: base, session });
  const clock = systemClock;
  const signalListeners = new Set<(signal: Signal) => void>();
  const onSignal = (signal: Signal) => callAll(signalListeners, signal);

  const chat = createStore<ChatState>({ at: "none" });
  const recorder = createStore<RecorderState>({ at: "idle" });
  const call = createStore<CallState>({ at: "idle" });
  const level = createStore(0);
  const media = createStore<CallMedia>({ local: null, remoteAudio: null, remoteVideo: null });

  let parts: ReturnType<typeof goOnline> | null = null;
  let calls: CallService | null = null;

  const sessionDriver = new SessionDriver({
    rest,
    session,
    clock,
    events: window,
    onSignal,
    online: async () => {
      const online = await import("./online.js");
      parts = online.goOnline({
        base,
        rest,
        session,
        clock,
        events: window,
        mediaDevices: navigator.mediaDevices,
        chat,
        recorder,
        level,
        onSignal,
      });
      return parts;
    },
  });

  const tellChat = (event: ChatEvent) => parts?.chat.dispatch(event);
  const now = () => clock.now();

  /** The code of calls is fetched when a chat starts, so that it is there when somebody rings. */
  const loadCalls = async () => {
    const { driveCalls } = await import("../call/driver.js");
    if (!parts || calls) return;
    const { chat: chatDriver, service } = parts;
    calls = driveCalls({
      service,
      rest,
      clock,
      state: call,
      media,
      level,
      onSignal,
      onOver: (entry) => chatDriver.addCall(entry),
      partnerName: () => {
        const state = chat.getSnapshot();
        return state.at === "open" ? state.partner.username : "";
      },
    });
  };

  let callsAsked = false;
  chat.subscribe(() => {
    const state = chat.getSnapshot();
    if (state.at === "open" && state.pageHidden !== document.hidden)
      tellChat({ type: "page", hidden: document.hidden });
    if (state.at !== "open" || state.life.at === "over") parts?.recorder.dispatch({ type: "cancel" });
    if (state.at !== "open" || callsAsked) return;
    callsAsked = true;
    // Without this code one can still write; the next chat asks for it again.
    loadCalls().catch(() => (callsAsked = false));
  });
  document.addEventListener("visibilitychange", () => {
    tellChat({ type: "page", hidden: document.hidden });
    // Phones may end a page that is out of sight without another word.
    if (document.hidden) parts?.chat.flush();
  });
  window.addEventListener("pagehide", () => {
    // No call outlives its page; the partner need not find that out by waiting.
    calls?.hangUp();
    parts?.chat.flush();
  });

  sessionDriver.boot(missing);
  setTimeout(() => sessionDriver.preload(), preloadMs);

  const actions: Actions = {
    typeName: (name) => sessionDriver.dispatch({ type: "name-typed", name }),
    rerollName: () => sessionDriver.dispatch({ type: "reroll" }),
    start: () => sessionDriver.dispatch({ type: "start", now: now() }),
    cancelSearch: () => sessionDriver.dispatch({ type: "cancel-search" }),
    retry: () => sessionDriver.dispatch({ type: "retry", now: now() }),
    next: () => sessionDriver.dispatch({ type: "next", now: now() }),
    home: () => sessionDriver.dispatch({ type: "home", notice: null }),
    signOut: () => sessionDriver.dispatch({ type: "sign-out" }),
    useHere: () => sessionDriver.dispatch({ type: "use-here", now: now() }),
    leave: () => sessionDriver.dispatch({ type: "home", notice: null }),

    changeDraft: (text) => tellChat({ type: "draft-changed", text }),
    send: () => parts?.chat.sendDraft(),
    retryMessage: (key) => tellChat({ type: "retry", now: now(), key }),
    deleteMessage: (key) => tellChat({ type: "delete", key }),
    block: () => tellChat({ type: "block", now: now() }),
    report: (reason, details) => parts?.chat.report(reason, details),
    showPicture: (key) => tellChat({ type: "show-picture", key }),
    coverPicture: (key) => tellChat({ type: "cover-picture", key }),
    pictureGone: (key) => tellChat({ type: "picture-gone", key }),

    pick: (files) => parts?.chat.pick(files),
    captionAttachment: (key, caption) => tellChat({ type: "attachment", event: { type: "caption", key, caption } }),
    sendAttachments: () => tellChat({ type: "attachment", event: { type: "send" } }),
    retryAttachment: (key) => tellChat({ type: "attachment", event: { type: "retry", key } }),
    removeAttachment: (key) => tellChat({ type: "attachment", event: { type: "remove", key } }),

    startRecording: (how) => parts?.recorder.dispatch({ type: "start", how }),
    lockRecording: () => parts?.recorder.dispatch({ type: "lock" }),
    stopRecording: (then) => parts?.recorder.dispatch({ type: "stop", then }),
    sendRecording: () => parts?.recorder.dispatch({ type: "send" }),
    cancelRecording: () => parts?.recorder.dispatch({ type: "cancel" }),

    previewCall: (kind) => calls?.preview(kind),
    confirmCall: () => calls?.confirm(),
    acceptCall: (kind) => calls?.accept(kind),
    declineCall: () => calls?.decline(),
    hangUp: () => calls?.hangUp(),
    dismissCall: () => calls?.dismiss(),
    setMic: (on) => calls?.setMic(on),
    setCamera: (on) => calls?.setCamera(on),
    flipCamera: () => calls?.flipCamera(),
    chooseDevice: (kind, id) => calls?.chooseDevice(kind, id),
    retryDevices: () => calls?.retryDevices(),
  };

  return {
    session: sessionDriver.store,
    chat,
    call,
    recorder,
    level,
    media,
    do: actions,
    onSignal(listener) {
      signalListeners.add(listener);
      return () => signalListeners.delete(listener);
    },
  };
}

function missingInBrowser(): readonly Missing[] {
  const missing: Missing[] = [];
  if (!hasStorage()) missing.push("storage");
  if (typeof WebSocket === "undefined") missing.push("websocket");
  if (typeof crypto === "undefined") missing.push("crypto");
  return missing;
}

/** Storage may be there and refuse every use of it. */
function hasStorage(): boolean {
  try {
    sessionStorage.setItem("parley_probe", "");
    sessionStorage.removeItem("parley_probe");
    return typeof localStorage === "object";
  } catch {
    return false;
  }
}
