import type { CallEnd, Media } from "../../call/state.js";

export function endWords(why: CallEnd, partner: string): string {
  switch (why) {
    case "hung-up":
      return "You have hung up.";
    case "partner-hung-up":
      return `${partner} has hung up.`;
    case "declined":
      return `${partner} does not want to talk this way just now.`;
    case "refused":
      return "You have declined the call.";
    case "no-answer":
      return `${partner} did not answer. Perhaps the tab is out of sight and silent.`;
    case "missed":
      return `${partner} has called, and you did not answer.`;
    case "cancelled":
      return "You have called it off.";
    case "connection-lost":
      return "The connection was lost and could not be brought back.";
    case "partner-unavailable":
      return `${partner} cannot be reached.`;
    case "chat-over":
      return "The call ended together with the chat.";
    case "failed":
      return "The call could not be set up. A firewall between you two may be the reason.";
  }
}

/** What is missing and how to get it; the call goes on without. */
export function faultWords({ device, why }: NonNullable<Media["fault"]>): string {
  const what = device === "both" ? "camera and microphone" : device;
  const are = device === "both" ? "are" : "is";
  switch (why) {
    case "refused":
      return `Your ${what} ${are} blocked. Allow access in the browser's settings for this page and try again, or go on without.`;
    case "not-found":
      return `No ${device === "both" ? "camera or microphone" : device} was found. Connect one and try again, or go on without.`;
    case "in-use":
      return `Another program is using your ${what}. Close it there and try again, or go on without.`;
    case "unsupported":
      return `This browser gives no access to your ${what}. You can go on without.`;
  }
}
