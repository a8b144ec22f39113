import { memo } from "react";
import { pieces } from "./links.js";

/** What somebody wrote, never as HTML; a link opens elsewhere and does not say where it was found. */
export const MessageText = memo(function MessageText({ text }: { text: string }) {
  return pieces(text).map(({ text: shown, href }, index) =>
    href ? (
      <a key={index} href={href} target="_blank" rel="noopener noreferrer nofollow ugc">
        {shown}
      </a>
    ) : (
      shown
    ),
  );
});
