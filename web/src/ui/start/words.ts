import type { NameFault, StartNotice } from "../../session/state.js";

export const nameFaults: Record<NameFault, string> = {
  "too-short": "A name needs at least 3 characters.",
  "too-long": "A name has at most 20 characters.",
  characters: "Only the letters A to Z, digits and _ can stand in a name.",
};

export const notices: Record<StartNotice, string> = {
  "signed-out": "You have signed out, and your name and chats are erased.",
  "partner-offline": "The chat ended while you were away. You can look for someone new.",
};
