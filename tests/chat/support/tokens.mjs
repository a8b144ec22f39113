// Tokens made by hand, so that every rule about them can be broken one at a time.

import { createHmac } from "node:crypto";

export const secret = "a-secret-for-tests-that-has-more-than-32-bytes";

const encode = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const digests = { HS256: "sha256", HS384: "sha384", HS512: "sha512" };

/** The claims of a token, unchecked. */
export const claimsOf = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString("utf8"));

export const headerOf = (token) => JSON.parse(Buffer.from(token.split(".")[0], "base64url").toString("utf8"));

/** Signs `claims` (an object, or text that need not be JSON); undefined values are left out. */
export function sign(claims, { key = secret, header = { alg: "HS256", typ: "JWT" } } = {}) {
  const signed = `${encode(header)}.${encode(claims)}`;
  const digest = digests[header.alg];
  return `${signed}.${digest ? createHmac(digest, key).update(signed).digest("base64url") : ""}`;
}

/** The guest's own token with some claims changed and signed again. */
export const altered = (guest, changes, options) => sign({ ...claimsOf(guest.token), ...changes }, options);
