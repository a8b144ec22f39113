import type { CallKind } from "../../../contract/types/payloads.js";
import type { Device, DeviceFault, Facing, Media } from "../call/state.js";

export type MediaReport = Omit<Media, "at" | "speakerId">;

export interface LocalMediaEvents {
  /** Something has changed that the guest should see. */
  report(media: MediaReport): void;
  /** A track to send in place of the one before; null for none. */
  track(kind: "audio" | "video", track: MediaStreamTrack | null): void;
  devices(devices: readonly Device[]): void;
}

type Kind = "audio" | "video";

/** The own camera and microphone during a call. */
export class LocalMedia {
  readonly #devices: MediaDevices | undefined;
  readonly #events: LocalMediaEvents;
  readonly #tracks: Record<Kind, MediaStreamTrack | null> = { audio: null, video: null };
  #wanted = { mic: true, camera: false };
  #ids: { microphone: string | null; camera: string | null } = { microphone: null, camera: null };
  #facing: Facing = "user";
  #fault: Media["fault"] = null;
  /** Counts openings, so that a camera that is granted after the call is over is closed again. */
  #opening = 0;
  readonly #onDeviceChange = () => void this.#listDevices();

  constructor(devices: MediaDevices | undefined, events: LocalMediaEvents) {
    this.#devices = devices;
    this.#events = events;
    devices?.addEventListener("devicechange", this.#onDeviceChange);
  }

  get tracks(): Readonly<Record<Kind, MediaStreamTrack | null>> {
    return this.#tracks;
  }

  /** Opens what there is: both, else the microphone alone, else the camera alone, else neither. */
  async open(kind: CallKind): Promise<void> {
    const opening = ++this.#opening;
    this.#wanted = { mic: true, camera: kind === "video" };
    this.#fault = null;
    this.#stopAll();
    const tries: (readonly Kind[])[] = kind === "video" ? [["audio", "video"], ["audio"], ["video"]] : [["audio"]];
    let why: DeviceFault | null = null;
    for (const kinds of tries) {
      const opened = await this.#request(kinds);
      if (opening !== this.#opening) return stopTracks(opened.tracks);
      if (opened.fault === null) {
        for (const track of opened.tracks) this.#use(track);
        break;
      }
      why ??= opened.fault;
    }
    this.#fault = why && { device: this.#missing(kind), why };
    await this.#listDevices();
    if (opening === this.#opening) this.#report();
  }

  setMic(on: boolean): void {
    this.#wanted.mic = on;
    if (this.#tracks.audio) this.#tracks.audio.enabled = on;
    else if (on) return void this.#reopen("audio");
    this.#report();
  }

  /** Off means off: the light of the camera goes out too. */
  setCamera(on: boolean): void {
    this.#wanted.camera = on;
    if (on && !this.#tracks.video) return void this.#reopen("video");
    if (!on) this.#drop("video");
    this.#report();
  }

  flip(): void {
    void this.#takeOtherCamera();
  }

  useDevice(kind: "microphone" | "camera", id: string): void {
    this.#ids[kind] = id;
    if (kind === "camera" && !this.#wanted.camera) return this.#report();
    void this.#reopen(kind === "camera" ? "video" : "audio");
  }

  close(): void {
    this.#opening += 1;
    this.#stopAll();
    this.#devices?.removeEventListener("devicechange", this.#onDeviceChange);
  }

  async #takeOtherCamera(): Promise<void> {
    const opening = this.#opening;
    const camera = () => this.#tracks.video?.getSettings().deviceId;
    const before = camera();
    this.#facing = this.#facing === "user" ? "environment" : "user";
    this.#ids.camera = null;
    await this.#reopen("video");
    if (before === undefined || camera() !== before) return;
    // Cameras that do not say which way they look are taken in turn.
    const found = (await this.#devices?.enumerateDevices().catch(() => [])) ?? [];
    const cameras = found.filter(({ kind }) => kind === "videoinput").map(({ deviceId }) => deviceId);
    const next = cameras[(cameras.indexOf(before) + 1) % cameras.length];
    if (opening !== this.#opening || next === undefined || next === before) return;
    this.#ids.camera = next;
    await this.#reopen("video");
  }

  async #reopen(kind: Kind): Promise<void> {
    const opening = this.#opening;
    // Many phones cannot have two cameras open at once.
    if (kind === "video") this.#drop("video");
    const opened = await this.#request([kind]);
    const stillWanted = kind === "audio" || this.#wanted.camera;
    if (opening !== this.#opening || !stillWanted) return stopTracks(opened.tracks);
    const device = kind === "audio" ? "microphone" : "camera";
    if (opened.fault === null) {
      this.#tracks[kind]?.stop();
      for (const track of opened.tracks) this.#use(track);
      if (this.#fault?.device === device || this.#fault?.device === "both") this.#fault = null;
    } else this.#fault = { device, why: opened.fault };
    await this.#listDevices();
    this.#report();
  }

  async #request(kinds: readonly Kind[]): Promise<{ tracks: MediaStreamTrack[]; fault: DeviceFault | null }> {
    if (!this.#devices?.getUserMedia) return { tracks: [], fault: "unsupported" };
    const { microphone, camera } = this.#ids;
    try {
      const stream = await this.#devices.getUserMedia({
        audio: kinds.includes("audio") && { ...(microphone ? { deviceId: { exact: microphone } } : {}) },
        video: kinds.includes("video") && {
          width: { ideal: 640 },
          height: { ideal: 480 },
          ...(camera ? { deviceId: { exact: camera } } : { facingMode: this.#facing }),
        },
      });
      return { tracks: stream.getTracks(), fault: null };
    } catch (error) {
      return { tracks: [], fault: faultOf(error) };
    }
  }

  #use(track: MediaStreamTrack): void {
    const kind = track.kind as Kind;
    if (kind === "audio") track.enabled = this.#wanted.mic;
    this.#tracks[kind] = track;
    // A device that is pulled out ends its track.
    track.addEventListener("ended", () => {
      if (this.#tracks[kind] !== track) return;
      this.#drop(kind);
      this.#fault = { device: kind === "audio" ? "microphone" : "camera", why: "not-found" };
      this.#report();
    });
    this.#events.track(kind, track);
  }

  #drop(kind: Kind): void {
    const track = this.#tracks[kind];
    if (!track) return;
    this.#tracks[kind] = null;
    track.stop();
    this.#events.track(kind, null);
  }

  #stopAll(): void {
    this.#drop("audio");
    this.#drop("video");
  }

  #missing(kind: CallKind): "camera" | "microphone" | "both" {
    const { audio, video } = this.#tracks;
    if (!audio && !video) return kind === "video" ? "both" : "microphone";
    return audio ? "camera" : "microphone";
  }

  #report(): void {
    const { audio, video } = this.#tracks;
    this.#events.report({
      fault: this.#fault,
      mic: audio !== null && this.#wanted.mic,
      camera: video !== null,
      microphoneId: audio?.getSettings().deviceId ?? this.#ids.microphone,
      cameraId: video?.getSettings().deviceId ?? this.#ids.camera,
      facing: this.#facing,
    });
  }

  async #listDevices(): Promise<void> {
    const kinds = { audioinput: "microphone", videoinput: "camera", audiooutput: "speaker" } as const;
    const found = (await this.#devices?.enumerateDevices().catch(() => [])) ?? [];
    // Before the guest has said yes, devices have neither id nor name.
    const known = found.filter(({ deviceId }) => deviceId !== "");
    this.#events.devices(known.map(({ deviceId, label, kind }) => ({ id: deviceId, label, kind: kinds[kind] })));
  }
}

function stopTracks(tracks: readonly MediaStreamTrack[]): void {
  for (const track of tracks) track.stop();
}

function faultOf(error: unknown): DeviceFault {
  switch ((error as Partial<Error> | null)?.name) {
    case "NotAllowedError":
    case "SecurityError":
      return "refused";
    case "NotFoundError":
    case "OverconstrainedError":
      return "not-found";
    case "NotReadableError":
    case "AbortError":
      return "in-use";
    default:
      return "unsupported";
  }
}
