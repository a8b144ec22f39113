/** A name that nothing else has. Unlike `crypto.randomUUID` it can be had on a page that came without TLS. */
export function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
