import type { Signal } from "./signals.js";

type Sound = Extract<Signal, { type: "sound" }>["sound"];
type Ring = NonNullable<Extract<Signal, { type: "ring" }>["ring"]>;

/** A note: when it begins, how high and how long it is; seconds and hertz. */
type Note = [at: number, hertz: number, seconds: number];

const sounds: Record<Sound, Note[]> = {
  matched: [
    [0, 523, 0.14],
    [0.12, 659, 0.14],
    [0.24, 784, 0.35],
  ],
  message: [
    [0, 784, 0.08],
    [0.07, 1047, 0.16],
  ],
  "connection-lost": [
    [0, 392, 0.16],
    [0.16, 294, 0.3],
  ],
  "call-ended": [
    [0, 523, 0.12],
    [0.12, 392, 0.25],
  ],
};

const rings: Record<Ring, { notes: Note[]; every: number }> = {
  incoming: {
    notes: [
      [0, 659, 0.2],
      [0.22, 784, 0.2],
      [0.44, 988, 0.35],
      [1, 784, 0.2],
      [1.22, 988, 0.35],
    ],
    every: 3000,
  },
  outgoing: { notes: [[0, 425, 0.9]], every: 4000 },
};

export interface Sounds {
  play(signal: Signal): void;
  close(): void;
}

/** Tones made on the spot. A page that nobody has touched yet may make none, and this one does not try. */
export function createSounds(): Sounds {
  let context: AudioContext | null = null;
  let timer: ReturnType<typeof setInterval> | undefined;

  const unlock = () => {
    context ??= new AudioContext();
    if (context.state === "suspended") void context.resume().catch(() => {});
  };
  const touches = ["pointerdown", "keydown"] as const;
  for (const touch of touches) addEventListener(touch, unlock, { passive: true, capture: true });

  const sound = (notes: Note[]) => {
    if (context?.state === "running") for (const note of notes) strike(context, note);
  };

  return {
    play(signal) {
      if (signal.type === "sound") sound(sounds[signal.sound]);
      if (signal.type !== "ring") return;
      clearInterval(timer);
      if (!signal.ring) return;
      const { notes, every } = rings[signal.ring];
      sound(notes);
      timer = setInterval(() => sound(notes), every);
    },
    close() {
      clearInterval(timer);
      for (const touch of touches) removeEventListener(touch, unlock, { capture: true });
      void context?.close();
    },
  };
}

/** A soft bell: quickly there, slowly gone. */
function strike(context: AudioContext, [at, hertz, seconds]: Note): void {
  const begin = context.currentTime + at;
  const tone = new OscillatorNode(context, { type: "triangle", frequency: hertz });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, begin);
  volume.gain.linearRampToValueAtTime(0.12, begin + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.001, begin + seconds + 0.15);
  tone.connect(volume).connect(context.destination);
  tone.start(begin);
  tone.stop(begin + seconds + 0.2);
}
