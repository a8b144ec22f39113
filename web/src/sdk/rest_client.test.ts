// @vitest-environment node
import { expect, test } from "vitest";
import { RestClient } from "./rest_client.js";
import { SessionStore } from "./session_store.js";

function clientOf(answer: () => Response | Promise<Response>) {
  const session = SessionStore.inMemory();
  return new RestClient({ url: "", session, fetch: async () => answer() });
}
const json =
  (status: number, body: object, headers: Record<string, string> = {}) =>
  () =>
    new Response(JSON.stringify(body), { status, headers });

test("what the server has refused is told with everything that it says about it", async () => {
  const errors = [{ type: "field", path: "username", msg: "bad", location: "body" }];
  const client = clientOf(json(400, { success: false, message: "Validation failed", errors }));
  expect(await client.createGuest({ username: "a b" })).toEqual({
    ok: false,
    fault: {
      kind: "refused",
      status: 400,
      message: "Validation failed",
      code: null,
      fields: errors,
      retryAfterMs: null,
      until: null,
    },
  });
});

test("a limit says how long to wait", async () => {
  const limited = { success: false, message: "Too many API requests, please try again later." };
  const told = await clientOf(json(429, limited, { "Retry-After": "7" })).createGuest({});
  expect(told).toMatchObject({ ok: false, fault: { status: 429, retryAfterMs: 7000 } });
  const untold = await clientOf(json(429, limited)).createGuest({});
  expect(untold).toMatchObject({ ok: false, fault: { retryAfterMs: 60_000 } });
});

test("a ban says until when", async () => {
  const banned = { success: false, message: "You have been banned", code: "BANNED", until: "2030-01-01T00:00:00.000Z" };
  expect(await clientOf(json(403, banned)).createGuest({})).toMatchObject({
    fault: { code: "BANNED", until: "2030-01-01T00:00:00.000Z" },
  });
});

test.each([
  ["no answer", () => Promise.reject(new TypeError("fetch failed"))],
  ["the words of a gateway", () => new Response("<h1>Bad Gateway</h1>", { status: 502 })],
])("%s means that the server is not reached", async (_, answer) => {
  expect(await clientOf(answer).proposeName()).toEqual({ ok: false, fault: { kind: "unreachable" } });
});

test("an upload that is cancelled says so", async () => {
  const client = clientOf(() => Promise.reject(new DOMException("", "AbortError")));
  const abort = new AbortController();
  abort.abort();
  const file = new File(["x"], "a.txt", { type: "text/plain" });
  const answer = await client.uploadFile(file, { roomId: "r", fileType: "document" }, { signal: abort.signal });
  expect(answer).toEqual({ ok: false, fault: { kind: "cancelled" } });
});
