import type { Device } from "../../call/state.js";
import { useParley } from "../parley.js";
import styles from "./DeviceSelect.module.css";

export const deviceNames: Record<Device["kind"], string> = { microphone: "Microphone", camera: "Camera", speaker: "Speaker" };

/** Shown only where there is something to choose. */
export function DeviceSelect({ kind, devices, chosen }: { kind: Device["kind"]; devices: readonly Device[]; chosen: string | null }) {
  const { do: act } = useParley();
  const these = devices.filter((device) => device.kind === kind);
  if (these.length < 2) return null;
  return (
    <label className={styles.select}>
      {deviceNames[kind]} in use
      <select value={chosen ?? these[0]!.id} onChange={(event) => act.chooseDevice(kind, event.target.value)}>
        {these.map(({ id, label }, index) => (
          <option key={id} value={id}>
            {label || `${deviceNames[kind]} ${index + 1}`}
          </option>
        ))}
      </select>
    </label>
  );
}
