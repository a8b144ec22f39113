/** A stretch of text, or an address in it that may be opened. */
export type Piece = { text: string; href: string | null };

const address = /\bhttps?:\/\/[^\s<>"]+/giu;

/** Text as text; only http and https addresses become links, without the punctuation that follows them. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(address)) {
    const shown = withoutTail(match[0]);
    const href = safe(shown);
    if (!href) continue;
    if (match.index > at) found.push({ text: text.slice(at, match.index), href: null });
    found.push({ text: shown, href });
    at = match.index + shown.length;
  }
  if (at < text.length) found.push({ text: text.slice(at), href: null });
  return found;
}

/** "(see https://example.org/a_(b))." ends before the last bracket and the full stop. */
function withoutTail(url: string): string {
  let end = url.length;
  for (;;) {
    const last = url[end - 1]!;
    const shown = url.slice(0, end);
    const unopened = last === ")" && shown.split(")").length > shown.split("(").length;
    if (!unopened && !/[.,;:!?'…]/u.test(last)) return shown;
    end -= 1;
  }
}

function safe(shown: string): string | null {
  try {
    const url = new URL(shown);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
