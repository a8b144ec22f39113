import { notify } from "./notifications.js";
import type { Parley } from "./parley.js";
import { createSounds } from "./sounds.js";

/** Lets signals be heard, and seen outside of the page. */
export function carryOut(parley: Parley): () => void {
  const sounds = createSounds();
  const stop = parley.onSignal((signal) => {
    sounds.play(signal);
    notify(signal);
  });
  return () => {
    stop();
    sounds.close();
  };
}
