import { Mic, MicOff, Phone, RotateCw, Video, VideoOff } from "lucide-react";
import type { CallState } from "../../call/state.js";
import { Banner } from "../parts/Banner.js";
import { Button } from "../parts/Button.js";
import { Dialog, DialogActions } from "../parts/Dialog.js";
import { Icon } from "../parts/Icon.js";
import { Meter } from "../parts/Meter.js";
import { useParley, useStore } from "../parley.js";
import { DeviceSelect } from "./DeviceSelect.js";
import { SelfView } from "./SelfView.js";
import { faultWords } from "./words.js";
import styles from "./PreviewDialog.module.css";

/** See and hear oneself before the other does, when calling and when accepting. */
export function PreviewDialog({ state, partner }: { state: Extract<CallState, { at: "preview" }>; partner: string }) {
  const { do: act } = useParley();
  const { kind, media, devices, purpose } = state;
  const calling = purpose === "call";
  const dismiss = calling ? act.dismissCall : act.declineCall;
  return (
    <Dialog title={calling ? `Call ${partner}` : `${partner} is calling`} onDismiss={dismiss} wide={kind === "video"}>
      <div className={styles.preview} data-kind={kind}>
        {kind === "video" && (
          <div className={styles.picture}>
            <SelfView media={media} />
          </div>
        )}
        <div className={styles.settings}>
          {media.fault && (
            <Banner
              action={
                <Button icon={RotateCw} onClick={act.retryDevices}>
                  Try again
                </Button>
              }
            >
              {faultWords(media.fault)}
            </Banner>
          )}
          {media.at === "asking" && <Banner busy>Please answer the browser's question about {kind === "video" ? "camera and microphone" : "the microphone"}.</Banner>}
          <div className={styles.device}>
            <Toggle on={media.mic} label="Microphone" icons={[Mic, MicOff]} set={act.setMic} />
            <Loudness on={media.mic && media.at === "ready"} />
          </div>
          <DeviceSelect kind="microphone" devices={devices} chosen={media.microphoneId} />
          {kind === "video" && (
            <>
              <div className={styles.device}>
                <Toggle on={media.camera} label="Camera" icons={[Video, VideoOff]} set={act.setCamera} />
              </div>
              <DeviceSelect kind="camera" devices={devices} chosen={media.cameraId} />
            </>
          )}
          <DeviceSelect kind="speaker" devices={devices} chosen={media.speakerId} />
        </div>
      </div>
      <DialogActions>
        <Button kind="primary" icon={kind === "video" ? Video : Phone} data-focus aria-disabled={media.at === "asking"} onClick={act.confirmCall}>
          {calling ? `Call ${partner}` : "Join the call"}
        </Button>
        <Button onClick={dismiss}>{calling ? "Cancel" : "Decline"}</Button>
      </DialogActions>
    </Dialog>
  );
}

function Toggle({ on, label, icons, set }: { on: boolean; label: string; icons: [typeof Mic, typeof Mic]; set: (on: boolean) => void }) {
  return (
    <button type="button" role="switch" aria-checked={on} className={styles.toggle} onClick={() => set(!on)}>
      <Icon of={icons[on ? 0 : 1]} small />
      {label}
      <span aria-hidden className={styles.state}>
        {on ? "on" : "off"}
      </span>
    </button>
  );
}

function Loudness({ on }: { on: boolean }) {
  const level = useStore(useParley().level);
  return <Meter label="Loudness of your microphone" value={on ? level : 0} />;
}
