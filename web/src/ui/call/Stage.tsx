import { useCallback, type RefObject } from "react";
import { MicOff, VideoOff } from "lucide-react";
import type { MatchedUser } from "../../../../contract/types/payloads.js";
import type { Line } from "../../call/state.js";
import { Avatar } from "../parts/Avatar.js";
import { Icon } from "../parts/Icon.js";
import { useParley, useStore } from "../parley.js";
import { useStream } from "./stream.js";
import styles from "./Stage.module.css";

/** The other guest: picture if there is one, and the sound, which has an element of its own whatever the picture does. */
export function Stage({ line, partner, video, frozen }: StageProps) {
  const { remoteAudio, remoteVideo } = useStore(useParley().media);
  const bindAudio = useStream(remoteAudio, line.media.speakerId);
  const bindVideo = useStream(remoteVideo);
  const bind = useCallback(
    (element: HTMLVideoElement | null) => {
      video.current = element;
      const unbind = bindVideo(element);
      return () => {
        unbind?.();
        // A picture that floats above other windows outlives its element, but not the call.
        queueMicrotask(() => {
          if (element && !element.isConnected && document.pictureInPictureElement === element) {
            document.exitPictureInPicture().catch(() => {});
          }
        });
      };
    },
    [video, bindVideo],
  );
  const shown = remoteVideo !== null && line.partner?.camera !== false;
  return (
    <div className={styles.stage} data-frozen={frozen} data-seen={shown}>
      <audio ref={bindAudio} data-role="remote" autoPlay />
      {remoteVideo && (
        <video
          ref={bind}
          data-role="remote"
          data-hidden={!shown}
          muted
          autoPlay
          playsInline
          aria-label={`Picture of ${partner.username}`}
        />
      )}
      {!shown && <Avatar id={partner.id} name={partner.username} size="huge" />}
      <div className={styles.badges}>
        {line.partner?.camera === false && remoteVideo && (
          <span>
            <Icon of={VideoOff} small /> {partner.username} has turned the camera off
          </span>
        )}
        {line.partner?.mic === false && (
          <span>
            <Icon of={MicOff} small /> {partner.username} is muted
          </span>
        )}
      </div>
    </div>
  );
}

export interface StageProps {
  line: Line;
  partner: MatchedUser;
  /** Where the picture is, for those who put it elsewhere. */
  video: RefObject<HTMLVideoElement | null>;
  frozen: boolean;
}
