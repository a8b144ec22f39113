import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { forEachWorkerCount, sharedServer } from "../support/conformance.mjs";
import { closing, frame, opcodes, rawWebSocket, text, upgradeRequest, TcpPeer } from "../support/tcp.mjs";

const { continuation, binary, close, ping, pong } = opcodes;
const names = Object.fromEntries(Object.entries(opcodes).map(([name, code]) => [code, name]));

describe("RFC 6455 frames", { concurrency: 4 }, () => {
  const server = sharedServer({ mode: "engineio", maxPayload: 100_000 });

  /** What the frames lead to: the code the server closes with. */
  const closesWith = async (...frames) => {
    const peer = await rawWebSocket(server);
    await peer.write(Buffer.concat(frames));
    return peer.closeCode();
  };

  /** The messages come back, and the connection goes on. */
  const echoes = async (frames, expected) => {
    const peer = await rawWebSocket(server);
    await peer.write(Buffer.concat(frames));
    for (const message of expected) assert.equal(await peer.message(), message);
    await peer.write(text("4alive"));
    assert.equal(await peer.message(), "4alive");
    peer.destroy();
  };

  describe("reserved bits", () => {
    for (const opcode of [opcodes.text, binary, close, ping, pong]) {
      for (const rsv of [1, 2, 3, 4, 5, 6, 7]) {
        it(`rsv ${rsv} on ${names[opcode]} is refused with 1002`, async () => {
          assert.equal(
            await closesWith(frame({ opcode, rsv, payload: opcode === close ? closing(1000) : "4x" })),
            1002
          );
        });
      }
    }

    for (const rsv of [1, 2, 4]) {
      it(`rsv ${rsv} on a continuation is refused with 1002`, async () => {
        assert.equal(
          await closesWith(text("4a", { fin: false }), frame({ opcode: continuation, rsv, payload: "b" })),
          1002
        );
      });
    }
  });

  describe("opcodes", () => {
    for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
      it(`the reserved opcode ${opcode} is refused with 1002`, async () => {
        assert.equal(await closesWith(frame({ opcode, payload: "" })), 1002);
      });
    }

    it("text comes back as text and binary as binary", async () => {
      const peer = await rawWebSocket(server);
      await peer.write(Buffer.concat([text("4x"), frame({ opcode: binary, payload: "4x" })]));
      assert.equal((await peer.frame()).opcode, opcodes.text);
      assert.equal((await peer.frame()).opcode, binary);
      peer.destroy();
    });
  });

  describe("lengths", () => {
    for (const length of [1, 125, 126, 127, 65_535, 65_536, 99_999]) {
      it(`${length} bytes come back whole, unmasked and in the shortest form`, async () => {
        const peer = await rawWebSocket(server);
        const payload = `4${"x".repeat(length - 1)}`;
        await peer.write(text(payload));
        const got = await peer.frame();
        assert.deepEqual(
          { ...got, payload: got.payload.toString() },
          {
            fin: true,
            rsv: 0,
            opcode: opcodes.text,
            masked: false,
            form: length < 126 ? 7 : length < 65_536 ? 16 : 64,
            payload,
          }
        );
        peer.destroy();
      });
    }

    for (const [form, length] of [
      [16, 0],
      [16, 2],
      [16, 125],
      [64, 2],
      [64, 126],
      [64, 65_535],
    ]) {
      it(`${length} bytes announced in ${form} bits are refused with 1002`, async () => {
        assert.equal(await closesWith(text("4".padEnd(length, "x").slice(0, length), { lengthForm: form })), 1002);
      });
    }

    for (const opcode of [ping, pong, close]) {
      for (const form of [16, 64]) {
        it(`a ${names[opcode]} announced in ${form} bits is refused with 1002`, async () => {
          assert.equal(await closesWith(frame({ opcode, payload: closing(1000), lengthForm: form })), 1002);
        });
      }
    }

    it("a length beyond the limit is refused with 1009 before its bytes come", async () => {
      assert.equal(await closesWith(frame({ announced: 100_001 })), 1009);
      assert.equal(await closesWith(frame({ announced: 2n ** 32n })), 1009);
      assert.equal(await closesWith(frame({ announced: 2n ** 53n - 1n })), 1009);
    });

    it("a length with its highest bit set is refused", async () => {
      assert.ok([1002, 1009].includes(await closesWith(frame({ announced: 2n ** 63n }))));
      assert.ok([1002, 1009].includes(await closesWith(frame({ announced: 2n ** 64n - 1n }))));
    });

    it("fragments that would exceed the limit together are refused with 1009 before their bytes come", async () => {
      assert.equal(
        await closesWith(
          text(`4${"x".repeat(59_999)}`, { fin: false }),
          frame({ opcode: continuation, announced: 40_001 })
        ),
        1009
      );
    });
  });

  describe("masking", () => {
    for (const opcode of [opcodes.text, binary, ping, pong, close]) {
      it(`an unmasked ${names[opcode]} is refused with 1002`, async () => {
        assert.equal(
          await closesWith(frame({ opcode, mask: null, payload: opcode === close ? closing(1000) : "4x" })),
          1002
        );
      });
    }

    for (const mask of [
      [0, 0, 0, 0],
      [255, 255, 255, 255],
      [1, 0, 0, 0],
      [0, 0, 0, 1],
    ]) {
      it(`the key ${mask} is as good as any`, () => {
        const payloads = [0, 1, 2, 3, 4, 5, 7, 8, 9, 63, 1000].map(
          (length) => `4${"abcdefghij".repeat(101).slice(0, length)}`
        );
        return echoes(
          payloads.map((payload) => text(payload, { mask })),
          payloads
        );
      });
    }
  });

  describe("fragmentation", () => {
    it("fragments of any size make one message", () =>
      echoes(
        [
          text("4a", { fin: false }),
          frame({ opcode: continuation, fin: false }),
          frame({ opcode: continuation, payload: "b", fin: false }),
          frame({ opcode: continuation, payload: "c" }),
        ],
        ["4abc"]
      ));

    it("a message may begin and end with an empty fragment", () =>
      echoes(
        [
          text("", { fin: false }),
          frame({ opcode: continuation, payload: "4x", fin: false }),
          frame({ opcode: continuation }),
        ],
        ["4x"]
      ));

    it("control frames may come between fragments", async () => {
      const peer = await rawWebSocket(server);
      await peer.write(text("4a", { fin: false }));
      await peer.write(frame({ opcode: ping, payload: "between" }));
      const answer = await peer.frame();
      assert.equal(answer.opcode, pong);
      assert.equal(answer.payload.toString(), "between");
      await peer.write(frame({ opcode: pong, payload: "unasked" }));
      await peer.write(frame({ opcode: continuation, payload: "b" }));
      assert.equal(await peer.message(), "4ab");
      peer.destroy();
    });

    it("a continuation of nothing is refused with 1002", async () => {
      assert.equal(await closesWith(frame({ opcode: continuation, payload: "4x" })), 1002);
      assert.equal(await closesWith(frame({ opcode: continuation, payload: "4x", fin: false })), 1002);
    });

    it("a continuation after the last fragment is refused with 1002", async () => {
      const peer = await rawWebSocket(server);
      await peer.write(
        Buffer.concat([
          text("4a", { fin: false }),
          frame({ opcode: continuation, payload: "b" }),
          frame({ opcode: continuation, payload: "c" }),
        ])
      );
      assert.equal(await peer.message(), "4ab");
      assert.equal(await peer.closeCode(), 1002);
    });

    for (const opcode of [opcodes.text, binary]) {
      it(`a new ${names[opcode]} before the last fragment is refused with 1002`, async () => {
        assert.equal(await closesWith(text("4a", { fin: false }), frame({ opcode, payload: "4b" })), 1002);
      });
    }
  });

  describe("control frames", () => {
    for (const payload of [
      Buffer.alloc(0),
      Buffer.from("hello"),
      Buffer.from([0, 255, 254, 128]),
      Buffer.alloc(125, 7),
    ]) {
      it(`a ping of ${payload.length} bytes is answered with the same`, async () => {
        const peer = await rawWebSocket(server);
        await peer.write(frame({ opcode: ping, payload }));
        const answer = await peer.frame();
        assert.deepEqual([answer.opcode, answer.fin, answer.payload], [pong, true, payload]);
        peer.destroy();
      });
    }

    for (const opcode of [ping, pong, close]) {
      it(`a ${names[opcode]} of 126 bytes is refused with 1002`, async () => {
        assert.equal(
          await closesWith(frame({ opcode, payload: Buffer.concat([closing(1000), Buffer.alloc(124, 65)]) })),
          1002
        );
      });

      it(`a fragmented ${names[opcode]} is refused with 1002`, async () => {
        assert.equal(await closesWith(frame({ opcode, payload: closing(1000), fin: false })), 1002);
      });
    }

    it("pongs nobody asked for change nothing", () =>
      echoes([frame({ opcode: pong }), frame({ opcode: pong, payload: "x" })], []));

    it("ten pings at once get ten answers in order", async () => {
      const peer = await rawWebSocket(server);
      await peer.write(Buffer.concat(Array.from({ length: 10 }, (_, i) => frame({ opcode: ping, payload: `${i}` }))));
      for (let i = 0; i < 10; i++) assert.equal((await peer.frame()).payload.toString(), `${i}`);
      peer.destroy();
    });
  });

  describe("closing", () => {
    for (const code of [
      1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
    ]) {
      it(`code ${code} is answered with itself`, async () => {
        assert.equal(await closesWith(frame({ opcode: close, payload: closing(code) })), code);
      });
    }

    for (const code of [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535]) {
      it(`code ${code}, which no peer may send, is refused with 1002`, async () => {
        assert.equal(await closesWith(frame({ opcode: close, payload: closing(code) })), 1002);
      });
    }

    it("no code is answered with none", async () => {
      assert.equal(await closesWith(frame({ opcode: close })), 1005);
    });

    it("half a code is refused with 1002", async () => {
      assert.equal(await closesWith(frame({ opcode: close, payload: Buffer.from([3]) })), 1002);
    });

    it("a reason of any length is fine, up to 123 bytes", async () => {
      assert.equal(await closesWith(frame({ opcode: close, payload: closing(1000, "ä".repeat(61)) })), 1000);
    });

    it("a reason that is not UTF-8 is refused with 1007", async () => {
      assert.equal(
        await closesWith(frame({ opcode: close, payload: closing(1000, Buffer.from([0xce, 0xba, 0xff])) })),
        1007
      );
    });

    it("whatever comes after the close frame is ignored", async () => {
      assert.equal(
        await closesWith(frame({ opcode: close, payload: closing(1000) }), text("4late"), frame({ opcode: ping })),
        1000
      );
    });

    it("what came before the close frame is answered first", async () => {
      const peer = await rawWebSocket(server);
      await peer.write(Buffer.concat([text("4first"), frame({ opcode: close, payload: closing(4000) })]));
      assert.equal(await peer.message(), "4first");
      assert.equal(await peer.closeCode(), 4000);
    });

    it("a close frame between fragments ends the connection", async () => {
      assert.equal(
        await closesWith(text("4a", { fin: false }), frame({ opcode: close, payload: closing(1001) })),
        1001
      );
    });
  });
});

forEachWorkerCount("RFC 6455 delivery", { mode: "engineio" }, (server) => {
  const messages = ["4a", `4${"b".repeat(200)}`, `4${"c".repeat(70_000)}`, "4d"];

  it("frames may come byte by byte, from the handshake on", async () => {
    const peer = await TcpPeer.open(server);
    await peer.writeByteByByte(upgradeRequest(server));
    assert.equal((await peer.response()).status, 101);
    assert.match(await peer.message(), /^0\{/);
    await peer.writeByteByByte(
      Buffer.concat([text("4ä€😀"), frame({ opcode: ping, payload: "p" }), text(`4${"x".repeat(300)}`)])
    );
    assert.equal(await peer.message(), "4ä€😀");
    assert.equal((await peer.frame()).opcode, pong);
    assert.equal(await peer.message(), `4${"x".repeat(300)}`);
    peer.destroy();
  });

  it("frames may come in pieces of any size", async () => {
    const bytes = Buffer.concat(messages.map((message) => text(message)));
    for (const size of [2, 3, 5, 7, 13, 1021, 4096, bytes.length]) {
      const peer = await rawWebSocket(server);
      if (size < 100) {
        const few = Buffer.concat([
          text("4one"),
          text("4two", { fin: false }),
          frame({ opcode: continuation, payload: "three" }),
        ]);
        for (let at = 0; at < few.length; at += size) await peer.write(few.subarray(at, at + size));
        assert.equal(await peer.message(), "4one");
        assert.equal(await peer.message(), "4twothree");
      } else {
        for (let at = 0; at < bytes.length; at += size) await peer.write(bytes.subarray(at, at + size));
        for (const message of messages) assert.equal(await peer.message(), message);
      }
      peer.destroy();
    }
  });

  it("frames may come together with the request to upgrade", async () => {
    const peer = await TcpPeer.open(server);
    await peer.write(
      Buffer.concat([
        Buffer.from(upgradeRequest(server)),
        text("4early"),
        text("4a", { fin: false }),
        frame({ opcode: continuation, payload: "b" }),
      ])
    );
    assert.equal((await peer.response()).status, 101);
    assert.match(await peer.message(), /^0\{/);
    assert.equal(await peer.message(), "4early");
    assert.equal(await peer.message(), "4ab");
    peer.destroy();
  });

  it("a frame may begin together with the request and end later", async () => {
    const peer = await TcpPeer.open(server);
    const split = text("4in two parts");
    await peer.write(Buffer.concat([Buffer.from(upgradeRequest(server)), split.subarray(0, 5)]));
    assert.equal((await peer.response()).status, 101);
    await peer.message();
    await peer.write(split.subarray(5));
    assert.equal(await peer.message(), "4in two parts");
    peer.destroy();
  });

  it("a thousand frames in one piece are answered in order", async () => {
    const peer = await rawWebSocket(server);
    await peer.write(Buffer.concat(Array.from({ length: 1000 }, (_, i) => text(`4${i}`))));
    for (let i = 0; i < 1000; i++) assert.equal(await peer.message(), `4${i}`);
    peer.destroy();
  });
});
