import type { Device, Line } from "../../call/state.js";
import { MenuChoice, MenuGroup } from "../parts/Menu.js";
import { useParley } from "../parley.js";
import { deviceNames } from "./DeviceSelect.js";

/** Every kind of device of which there is more than one. */
export function DeviceMenu({ line, devices }: { line: Line; devices: readonly Device[] }) {
  const { do: act } = useParley();
  const { microphoneId, cameraId, speakerId } = line.media;
  const chosen = { microphone: microphoneId, camera: cameraId, speaker: speakerId };
  const kinds = (["microphone", "camera", "speaker"] as const).filter((kind) => kind !== "camera" || line.media.camera);
  return kinds.map((kind) => {
    const these = devices.filter((device) => device.kind === kind);
    if (these.length < 2) return null;
    return (
      <MenuGroup key={kind} label={deviceNames[kind]}>
        {these.map(({ id, label }, index) => (
          <MenuChoice key={id} chosen={(chosen[kind] ?? these[0]!.id) === id} onChoose={() => act.chooseDevice(kind, id)}>
            {label || `${deviceNames[kind]} ${index + 1}`}
          </MenuChoice>
        ))}
      </MenuGroup>
    );
  });
}
