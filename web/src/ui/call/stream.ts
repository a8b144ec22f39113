import { useCallback } from "react";

/**
 * Binds a stream to an element, whichever of the two comes later. A ref callback and no effect: an element that is
 * made anew gets its stream at once, so nobody sits before a black picture or hears nothing.
 */
export function useStream(stream: MediaStream | null, speakerId: string | null = null) {
  return useCallback(
    (element: HTMLMediaElement | null) => {
      if (!element) return;
      if (element.srcObject !== stream) element.srcObject = stream;
      // A speaker that is gone leaves the sound where it was.
      if (speakerId !== null && "setSinkId" in element) element.setSinkId(speakerId).catch(() => {});
      // The element plays by itself (autoplay); asking again helps where the tab was in the background.
      if (stream) element.play().catch(() => {});
      return () => {
        element.srcObject = null;
      };
    },
    [stream, speakerId],
  );
}
