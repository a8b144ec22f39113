// The forms that ids and times have everywhere in the contract.

import assert from "node:assert/strict";

export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const messageId = /^msg_\d{13}_[0-9a-z]{9,}$/;

/** ISO 8601, UTC, milliseconds, and a time near now. */
export function assertTime(value) {
  assert.match(String(value), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.ok(Math.abs(Date.now() - Date.parse(value)) < 60_000, `${value} is not about now`);
}
