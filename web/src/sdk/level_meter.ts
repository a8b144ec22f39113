/** How often the loudness is measured. */
const everyMs = 50;

/** Measures how loud a microphone is, from 0 to 1. */
export class LevelMeter {
  readonly #context: AudioContext;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(stream: MediaStream, tell: (level: number) => void) {
    this.#context = new AudioContext();
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 1024;
    this.#context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      tell(loudness(samples));
    }, everyMs);
  }

  close(): void {
    clearInterval(this.#timer);
    void this.#context.close();
  }
}

/** Speech is mostly soft; the square root makes it fill the scale. */
function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.min(1, Math.sqrt(Math.sqrt(sum / samples.length)) * 1.4);
}
