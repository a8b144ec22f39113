// @vitest-environment node
import { describe, expect, test } from "vitest";
import {
  type Attachment,
  type AttachmentEffect,
  type AttachmentEvent,
  type AttachmentState,
  fileLimits,
  refusalOf,
  stepAttachments,
} from "./attachments.js";

const file = (state: AttachmentState, key = "f", caption = ""): Attachment => ({
  key,
  name: "a.png",
  mime: "image/png",
  size: 5,
  preview: "blob:1",
  caption,
  state,
});
const picked = file({ at: "picked" });
const uploading = file({ at: "uploading", percent: 10 });
const failed = file({ at: "failed", why: "network", retryAt: null });
const refused = file({ at: "refused", refusal: { why: "empty" } });

const arrows: readonly {
  name: string;
  from: readonly Attachment[];
  event: AttachmentEvent;
  to: readonly Attachment[];
  effects?: readonly AttachmentEffect[];
}[] = [
  {
    name: "a caption is written",
    from: [picked],
    event: { type: "caption", key: "f", caption: "us" },
    to: [file({ at: "picked" }, "f", "us")],
  },
  {
    name: "everything that is picked is sent, and nothing that was refused",
    from: [picked, refused],
    event: { type: "send" },
    to: [file({ at: "uploading", percent: 0 }), refused],
    effects: [{ type: "upload", key: "f", caption: "" }],
  },
  {
    name: "an upload tells how far it is",
    from: [uploading],
    event: { type: "progress", key: "f", percent: 60 },
    to: [file({ at: "uploading", percent: 60 })],
  },
  {
    name: "an upload that is done leaves the tray",
    from: [uploading],
    event: { type: "uploaded", key: "f" },
    to: [],
    effects: [{ type: "forget-file", key: "f" }],
  },
  {
    name: "an upload can be cancelled",
    from: [uploading],
    event: { type: "remove", key: "f" },
    to: [],
    effects: [
      { type: "cancel-upload", key: "f" },
      { type: "forget-file", key: "f" },
    ],
  },
  {
    name: "what is only picked can be removed",
    from: [picked],
    event: { type: "remove", key: "f" },
    to: [],
    effects: [{ type: "forget-file", key: "f" }],
  },
  {
    name: "an upload may fail",
    from: [uploading],
    event: { type: "failed", key: "f", why: "network", retryAt: null },
    to: [failed],
  },
  {
    name: "a failed upload is tried again",
    from: [failed],
    event: { type: "retry", key: "f" },
    to: [file({ at: "uploading", percent: 0 })],
    effects: [{ type: "upload", key: "f", caption: "" }],
  },
  {
    name: "the server may know better what is too large",
    from: [uploading],
    event: { type: "refused", key: "f", refusal: { why: "size", limit: 1 } },
    to: [file({ at: "refused", refusal: { why: "size", limit: 1 } })],
  },
  { name: "what was refused is not tried again", from: [refused], event: { type: "retry", key: "f" }, to: [refused] },
  {
    name: "what is heard of a cancelled upload changes nothing",
    from: [picked],
    event: { type: "progress", key: "f", percent: 60 },
    to: [picked],
  },
  {
    name: "uploads end with the chat",
    from: [uploading, file({ at: "picked" }, "g")],
    event: { type: "chat-over" },
    to: [file({ at: "failed", why: "chat-over", retryAt: null }), file({ at: "picked" }, "g")],
    effects: [{ type: "cancel-upload", key: "f" }],
  },
];

describe("the tray of attachments", () => {
  test.each(arrows)("$name", ({ from, event, to, effects = [] }) => {
    expect(stepAttachments(from, event)).toEqual({ state: to, effects });
  });

  test("takes ten files at once", () => {
    const files = Array.from({ length: 12 }, (_, index) => ({
      key: String(index),
      name: "a.png",
      mime: "image/png",
      size: 5,
      preview: null,
    }));
    const { state } = stepAttachments([], { type: "picked", files });
    expect(state.map((one) => one.state.at)).toEqual([...Array(10).fill("picked"), "refused", "refused"]);
    expect(state[11]?.state).toEqual({ at: "refused", refusal: { why: "count", limit: fileLimits.filesAtOnce } });
  });
});

test.each([
  ["image/png", 5, null],
  ["IMAGE/PNG; x=y", 5, null],
  ["application/vnd.openxmlformats-officedocument.wordprocessingml.document", 5, null],
  ["image/png", fileLimits.bytes, null],
  ["image/png", fileLimits.bytes + 1, { why: "size", limit: fileLimits.bytes }],
  ["image/png", 0, { why: "empty" }],
  ["application/x-msdownload", 5, { why: "type", mime: "application/x-msdownload" }],
  ["", 5, { why: "type", mime: "" }],
])("a file of type %j with %i bytes is refused with %j", (mime, size, refusal) => {
  expect(refusalOf({ mime, size })).toEqual(refusal);
});
