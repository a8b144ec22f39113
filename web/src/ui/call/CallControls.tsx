import { EllipsisVertical, Maximize, MessageSquare, Mic, MicOff, PhoneOff, PictureInPicture2, SwitchCamera, Video, VideoOff } from "lucide-react";
import type { RefObject } from "react";
import type { Device, Line } from "../../call/state.js";
import { IconButton } from "../parts/IconButton.js";
import { Menu, MenuItem } from "../parts/Menu.js";
import { useMedia, useParley } from "../parley.js";
import { DeviceMenu } from "./DeviceMenu.js";
import styles from "./CallControls.module.css";

export function CallControls({ line, devices, video, stage, chat }: CallControlsProps) {
  const { do: act } = useParley();
  const touch = useMedia("(pointer: coarse)");
  // The picture tells how it is, the label what pressing does.
  const { mic, camera } = line.media;
  const cameras = devices.filter(({ kind }) => kind === "camera").length;
  const picture = document.pictureInPictureEnabled && video.current !== null;
  return (
    <div className={styles.controls} role="group" aria-label="Call controls">
      <IconButton icon={mic ? Mic : MicOff} kind="glass" label="Mute microphone" pressed={!mic} onClick={() => act.setMic(!mic)} />
      <IconButton icon={camera ? Video : VideoOff} kind="glass" label="Turn camera off" pressed={!camera} onClick={() => act.setCamera(!camera)} />
      {touch && camera && cameras > 1 && <IconButton icon={SwitchCamera} kind="glass" label="Use the other camera" onClick={act.flipCamera} />}
      <span className={styles.chat}>
        <IconButton icon={MessageSquare} kind="glass" label="Show chat" pressed={chat.open} onClick={chat.toggle} />
        {chat.unseen > 0 && (
          <span className={styles.count}>
            {chat.unseen}
            <span className="unseen"> new messages</span>
          </span>
        )}
      </span>
      <Menu icon={EllipsisVertical} kind="glass" label="More for this call">
        <DeviceMenu line={line} devices={devices} />
        {picture && (
          <MenuItem icon={PictureInPicture2} onChoose={() => void togglePicture(video.current)}>
            Picture in picture
          </MenuItem>
        )}
        {document.fullscreenEnabled && (
          <MenuItem icon={Maximize} onChoose={() => void toggleFullScreen(stage.current)}>
            Full screen
          </MenuItem>
        )}
      </Menu>
      <IconButton icon={PhoneOff} kind="danger" label="Hang up" data-hang-up onClick={act.hangUp} />
    </div>
  );
}

export interface CallControlsProps {
  line: Line;
  devices: readonly Device[];
  video: RefObject<HTMLVideoElement | null>;
  stage: RefObject<HTMLElement | null>;
  chat: { open: boolean; unseen: number; toggle: () => void };
}

/** Refused by a browser that has other plans; the picture then stays where it is. */
async function togglePicture(video: HTMLVideoElement | null): Promise<void> {
  const change = document.pictureInPictureElement ? document.exitPictureInPicture() : video?.requestPictureInPicture();
  await change?.catch(() => {});
}

async function toggleFullScreen(stage: HTMLElement | null): Promise<void> {
  const change = document.fullscreenElement ? document.exitFullscreen() : stage?.requestFullscreen();
  await change?.catch(() => {});
}
