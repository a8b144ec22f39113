import type { CallState } from "../../call/state.js";
import { useChat } from "../chat/use_chat.js";
import type { CallControlsProps } from "./CallControls.js";
import { CallEnded } from "./CallEnded.js";
import { CallScreen } from "./CallScreen.js";
import { IncomingCall } from "./IncomingCall.js";
import { PreviewDialog } from "./PreviewDialog.js";

/** Everything about calls, in a piece of code of its own: what comes before one, what fills the stage, what comes after. */
export default function CallLayer({ call, chat }: { call: CallState; chat: CallControlsProps["chat"] }) {
  const partner = useChat((now) => now.partner);
  const live = useChat((now) => now.life.at === "live");
  switch (call.at) {
    case "idle":
      return null;
    case "incoming":
      return <IncomingCall kind={call.kind} partner={partner.username} />;
    case "preview":
      return <PreviewDialog state={call} partner={partner.username} />;
    case "ended":
      return <CallEnded call={call} partner={partner} again={live} />;
    default:
      return <CallScreen call={call} partner={partner} chat={chat} />;
  }
}
