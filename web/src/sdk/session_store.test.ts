// @vitest-environment node
import { expect, test } from "vitest";
import type { User } from "../../../contract/types/payloads.js";
import { Outbox } from "./outbox.js";
import { SessionStore, memoryStorage } from "./session_store.js";

const ada: User = {
  id: "guest_1",
  username: "Ada",
  isGuest: true,
  sessionId: "s",
  location: null,
  gender: null,
  language: null,
};

test("the guest is kept under the names that other clients use", () => {
  const session = memoryStorage();
  const store = new SessionStore({ session, local: memoryStorage() });
  store.save("token", ada);
  store.rememberPartner({ id: "guest_9", username: "Grace" });
  expect(session.getItem("guestAuthToken")).toBe("token");
  expect(JSON.parse(session.getItem("guest_user_session") ?? "")).toEqual(ada);
  expect(JSON.parse(session.getItem("chat_connected_user") ?? "")).toEqual({ id: "guest_9", username: "Grace" });
  expect([store.token, store.user]).toEqual(["token", ada]);
});

test("the own token goes before one in a cookie, and that before one in the long-lived storage", () => {
  const local = memoryStorage();
  local.setItem("authToken", "local");
  let cookies = "theme=dark; authToken=coo%20kie";
  const store = new SessionStore({ session: memoryStorage(), local, cookies: () => cookies });
  expect(store.token).toBe("coo kie");
  cookies = "theme=dark";
  expect(store.token).toBe("local");
  store.save("own", ada);
  expect(store.token).toBe("own");
});

test("forgetting the guest keeps the name of the browser", () => {
  const local = memoryStorage();
  const store = new SessionStore({ session: memoryStorage(), local });
  const device = store.deviceId;
  store.save("token", ada);
  store.clear();
  expect([store.token, store.user]).toEqual([null, null]);
  expect(store.deviceId).toBe(device);
  expect(new SessionStore({ session: memoryStorage(), local }).deviceId).toBe(device);
});

test.each(["", "{", "7", "null", "[]", '{"id":7}'])("a user that reads %j is none", (text) => {
  const session = memoryStorage();
  session.setItem("guest_user_session", text);
  expect(new SessionStore({ session, local: memoryStorage() }).user).toBeNull();
});

test("a storage that is full is said to be so, and breaks nothing", () => {
  const full = {
    ...memoryStorage(),
    setItem: () => {
      throw new Error("QuotaExceededError");
    },
  };
  const store = new SessionStore({ session: full, local: full });
  expect(store.write("key", "value")).toBe(false);
  expect(store.deviceId).not.toBe("");
  const outbox = new Outbox(store);
  outbox.add({ clientMessageId: "k", roomId: "r", message: { type: "text", content: "hi" } });
  expect(outbox.pending).toHaveLength(1);
});

test.each(["{", "{}", "[7]", '[{"clientMessageId":"k"}]'])("an outbox that reads %j is empty", (text) => {
  const session = memoryStorage();
  session.setItem("parley_outbox", text);
  expect(new Outbox(new SessionStore({ session, local: memoryStorage() })).pending).toEqual([]);
});
