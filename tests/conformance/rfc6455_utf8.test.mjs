import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sharedServer } from "../support/conformance.mjs";
import { frame, opcodes, rawWebSocket, text } from "../support/tcp.mjs";

const { continuation } = opcodes;
const four = Buffer.from("4");
const bytes = (hex) => Buffer.from(hex, "hex");

const good = {
  "the ends of each length": "00 7f c280 dfbf e0a080 efbfbf f0908080 f48fbfbf",
  "the borders of the surrogates": "ed9fbf ee8080",
  "noncharacters": "efbfbe efbfbf f09fbfbe",
  "a byte order mark": "efbbbf 61",
};

const bad = {
  "a lone continuation byte": "80",
  "two of them": "bfbf",
  "an overlong slash of two bytes": "c0af",
  "an overlong slash of three bytes": "e080af",
  "an overlong slash of four bytes": "f08080af",
  "the largest overlong forms": "c1bf",
  "the largest overlong form of three bytes": "e09fbf",
  "the largest overlong form of four bytes": "f08fbfbf",
  "a high surrogate": "eda080",
  "a low surrogate": "edbfbf",
  "a surrogate pair in three bytes each": "eda081edb080",
  "a code point beyond the last": "f4908080",
  "five bytes": "f888808080",
  "six bytes": "fc8480808080",
  "0xfe": "fe",
  "0xff": "ff",
  "two bytes that end too early": "c3",
  "three bytes that end too early": "e282",
  "four bytes that end too early": "f09f98",
  "a start in the place of a continuation": "c3c3",
  "ASCII in the place of a continuation": "e28261",
};

describe("RFC 6455 text", { concurrency: 4 }, () => {
  const server = sharedServer({ mode: "engineio" });

  for (const [what, hex] of Object.entries(good)) {
    it(`${what} are carried, wherever fragments cut them`, async () => {
      const payload = Buffer.concat([four, bytes(hex.replaceAll(" ", ""))]);
      const peer = await rawWebSocket(server);
      await peer.write(text(payload));
      assert.deepEqual((await peer.frame()).payload, payload);
      for (let cut = 0; cut <= payload.length; cut++) {
        await peer.write(text(payload.subarray(0, cut), { fin: false }));
        await peer.write(frame({ opcode: continuation, payload: payload.subarray(cut) }));
        assert.deepEqual((await peer.frame()).payload, payload, `cut at ${cut}`);
      }
      peer.destroy();
    });
  }

  it("is cut into fragments of one byte without harm", async () => {
    const payload = Buffer.from("4κόσμε😀");
    const peer = await rawWebSocket(server);
    const pieces = [...payload].map((byte, i) =>
      frame({ opcode: i ? continuation : opcodes.text, payload: Buffer.from([byte]), fin: i === payload.length - 1 })
    );
    await peer.write(Buffer.concat(pieces));
    assert.equal(await peer.message(), payload.toString());
    peer.destroy();
  });

  for (const [what, hex] of Object.entries(bad)) {
    it(`${what} is refused with 1007, also deep in a long text and in fragments`, async () => {
      const wrong = bytes(hex);
      const long = Buffer.concat([four, Buffer.alloc(1000, "a"), wrong]);
      for (const payload of [Buffer.concat([four, wrong]), long]) {
        const whole = await rawWebSocket(server);
        await whole.write(text(payload));
        assert.equal(await whole.closeCode(), 1007);
      }
      const pieces = await rawWebSocket(server);
      await pieces.write(Buffer.concat([text(four, { fin: false }), frame({ opcode: continuation, payload: wrong })]));
      assert.equal(await pieces.closeCode(), 1007);
    });
  }

  // Nothing that may follow could make these right.
  for (const hex of ["80", "c0", "e080", "eda0", "f08f", "f490", "f5", "ff", "c361"]) {
    it(`0x${hex} is refused with its own fragment, before the message ends`, async () => {
      const peer = await rawWebSocket(server);
      await peer.write(text(Buffer.concat([four, bytes(hex)]), { fin: false }));
      assert.equal(await peer.closeCode(), 1007);
    });
  }

  it("is not asked of binary messages", async () => {
    const peer = await rawWebSocket(server);
    const payload = bytes("80c0ff00eda080");
    await peer.write(frame({ opcode: opcodes.binary, payload }));
    assert.deepEqual((await peer.frame()).payload, payload);
    peer.destroy();
  });
});
