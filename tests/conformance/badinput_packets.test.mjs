import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { forEachWorkerCount } from "../support/conformance.mjs";
import { PollingSession, openWebSocketSession, pollingSessionEnds } from "../support/engine.mjs";
import { askOne, connect, disconnectAll, rawSocket } from "../support/socketio.mjs";
import { closing, frame, opcodes, rawWebSocket, text } from "../support/tcp.mjs";
import { until, within } from "../support/wait.mjs";

const levels = 100_000;
const deepArray = "[".repeat(levels) + "]".repeat(levels);
const deepObject = '{"a":'.repeat(levels) + "1" + "}".repeat(levels);
const brokenDeep = "[".repeat(levels * 4);

forEachWorkerCount("hostile packets", {}, (server) => {
  let witness;
  before(async () => (witness = await connect(server, "/plain")));
  after(disconnectAll);

  const witnessIsWell = async () => assert.equal(await askOne(witness, "message-with-ack", "well"), "well");

  /** The socket is answered after what it sent, or closed; either way the witness is well. */
  const answeredOrClosed = async (socket, packet) => {
    await socket.put(packet)?.catch?.(() => {});
    await socket.put(`42${socket.prefix}["message","after"]`)?.catch?.(() => {});
    const end = `42${socket.prefix}["message-back","after"]`;
    const outcome = (async () => {
      for (;;) {
        const next = await socket.next().catch(() => "closed");
        if (next === "closed" || next === end) return next;
      }
    })();
    await within(outcome, "an answer or the end");
    await witnessIsWell();
    if (socket.socket) socket.socket.terminate();
  };

  for (const transport of ["polling", "websocket"]) {
    for (const [what, json] of Object.entries({
      "arrays": deepArray,
      "objects": deepObject,
      "brackets that never close": brokenDeep,
    })) {
      const packets = {
        "an echoed event": `42/plain,["message",${json}]`,
        "an event that is dropped": `42/plain,["noop",${json}]`,
        "an event nobody listens to": `42/plain,["unknown",${json}]`,
        "an answered event": `42/plain,7["message-with-ack",${json}]`,
        "data that is kept": `42/plain,8["set-data",${json}]`,
        "a command": `42/plain,9["cmd",${json}]`,
        "an answer": `43/plain,0[${json}]`,
        "an event with binary": `451-/plain,["message",${json},{"_placeholder":true,"num":0}]`,
      };
      for (const [where, packet] of Object.entries(packets)) {
        it(`${levels} levels of ${what} in ${where} end nothing but their own connection (${transport})`, async () => {
          await answeredOrClosed(await rawSocket(server, { transport }), packet);
        });
      }

      it(`${levels} levels of ${what} in auth end nothing but their own connection (${transport})`, async () => {
        const session =
          transport === "polling" ? await PollingSession.open(server) : await openWebSocketSession(server);
        const put = (packet) => (transport === "polling" ? session.post(packet) : session.send(packet));
        await answeredOrClosed(Object.assign(session, { put, prefix: "/plain," }), `40/custom,{"a":${json}}`);
      });
    }
  }

  it("deep data is shown to others or refused, and ends nothing", async () => {
    const socket = await rawSocket(server);
    await socket.put(`42/plain,1["set-data",{"a":${deepArray}}]`);
    const asking = await rawSocket(server);
    await answeredOrClosed(asking, `42/plain,2["cmd",{"op":"fetch-sockets","to":["${socket.socketId}"]}]`);
    socket.socket.terminate();
    await witnessIsWell();
  });

  it("deep arguments reach others or are refused, and end nothing", async () => {
    const receiver = await rawSocket(server);
    const sender = await rawSocket(server);
    await sender.put(
      `42/plain,["cmd",{"op":"emit","to":["${receiver.socketId}"],"event":"deep","args":[${deepArray}]}]`
    );
    await answeredOrClosed(sender, '42/plain,["noop"]');
    await answeredOrClosed(receiver, '42/plain,["noop"]');
  });

  const oddJson = {
    "a number beyond all doubles": "1e400",
    "a number that vanishes": "1e-400",
    "a number of 100 000 digits": "9".repeat(100_000),
    "a number with 100 000 decimals": `0.${"1".repeat(100_000)}`,
    "100 000 keys of the same name": `{${Array.from({ length: 100_000 }, () => '"a":1').join()}}`,
    "keys named after the insides of objects":
      '{"__proto__":{"x":1},"constructor":{"prototype":{"y":1}},"hasOwnProperty":1,"toJSON":1}',
    "a string of half a million escapes": `"${"\\u00e9".repeat(80_000)}"`,
    "zeros in strings": '"\\u0000\\u0000"',
    "lone surrogates": '"\\ud800 \\udc00 \\udc00\\ud800"',
    "a placeholder where there is no binary": '{"_placeholder":true,"num":0}',
    "a placeholder that counts beyond everything": '{"_placeholder":true,"num":1e308}',
  };
  for (const [what, json] of Object.entries(oddJson)) {
    it(`${what}: answered or closed, and nobody else notices`, async () => {
      await answeredOrClosed(await rawSocket(server), `42/plain,["message",${json}]`);
      await answeredOrClosed(
        await rawSocket(server, { transport: "polling" }),
        `42/plain,7["message-with-ack",${json}]`
      );
    });
  }

  const oddPackets = {
    "a namespace of half a million letters": `40/${"x".repeat(500_000)},`,
    "a namespace that never ends": "40/plain",
    "an ack id of 100 000 digits": `42/plain,${"9".repeat(100_000)}["message-with-ack",1]`,
    "an ack id beyond 64 bits": '42/plain,18446744073709551616["message-with-ack",1]',
    "an answer with an id beyond 64 bits": "43/plain,18446744073709551616[1]",
    "nothing": "4",
    "a type alone": "42",
    "a namespace alone": "42/plain",
    "an ack id alone": "42/plain,1",
    "an event name of half a million letters": `42/plain,["${"x".repeat(500_000)}"]`,
    "a number for an event name that is no integer": "42/plain,[1e400]",
    "a room name of half a million letters": `42/plain,["join","${"x".repeat(500_000)}"]`,
    "rooms that are no rooms": '42/plain,["join",[{},null,1,[[]]]]',
    "a handler that gets what it does not expect": '42/plain,["late-ack",{},"x"]',
    "an ack that nobody asked for where one is needed": '42/plain,["message-with-ack",1]',
    "a command that is no object": '42/plain,5["cmd",[]]',
    "a command full of the wrong types":
      '42/plain,5["cmd",{"op":"emit","to":7,"except":{},"args":"x","event":[],"timeout":"soon","repeat":-5}]',
    "a question with the wrong types": '42/plain,5["emit-ack",{},7,"x"]',
    "a delay beyond all time": '42/plain,5["late-ack",1e300]',
    "a negative delay": '42/plain,6["late-ack",-1]',
  };
  for (const [what, packet] of Object.entries(oddPackets)) {
    it(`${what}: answered or closed, and nobody else notices`, async () => {
      await answeredOrClosed(await rawSocket(server), packet);
    });
  }

  it("attachments that never come keep nobody busy but their sender", async () => {
    const attachment = Buffer.alloc(100_000);
    const sockets = await Promise.all(Array.from({ length: 10 }, () => rawSocket(server)));
    for (const socket of sockets) {
      socket.put('4510-/plain,["message",{"_placeholder":true,"num":9}]');
      for (let i = 0; i < 9; i++) socket.put(attachment);
    }
    await witnessIsWell();
    const before = (await askOne(witness, "stats")).sockets - sockets.length + 1;
    for (const socket of sockets) socket.socket.terminate();
    await until(async () => (await askOne(witness, "stats")).sockets < before, "the senders are gone");
  });

  it("attachments without end close the connection", async () => {
    const socket = await rawSocket(server);
    socket.put('451-/plain,["noop",{"_placeholder":true,"num":0}]');
    for (let i = 0; i < 5; i++) socket.put(Buffer.alloc(1000));
    await within(socket.closed, "the WebSocket to close");
    await witnessIsWell();
  });

  it("a payload of nothing but separators ends its own session", async () => {
    const session = await PollingSession.open(server);
    await session.post("\x1e".repeat(900_000)).catch(() => {});
    await witnessIsWell();
    await pollingSessionEnds(session);
  });

  it("a flood of small events and of refused namespaces is worked off", async () => {
    const socket = await rawWebSocket(server);
    await socket.write(text("40/plain,"));
    assert.match(await socket.message(), /^40\/plain,/);
    await socket.write(Buffer.concat(Array.from({ length: 20_000 }, () => text('42/plain,["noop",1]'))));
    await socket.write(Buffer.concat(Array.from({ length: 2000 }, (_, i) => text(`40/none-${i},`))));
    await witnessIsWell();
    for (let i = 0; i < 2000; i++) assert.match(await socket.message(), /^44\/none-/);
    await socket.write(frame({ opcode: opcodes.close, payload: closing(1000) }));
    assert.equal(await socket.closeCode(), 1000);
  });

  it("joining and leaving in one breath, again and again, leaves nothing behind", async () => {
    const socket = await rawWebSocket(server);
    const rounds = 300;
    await socket.write(text("40"));
    await socket.message();
    await socket.message();
    for (let i = 0; i < rounds; i++) {
      await socket.write(text("40/any,"));
      assert.match(await socket.message(), /^40\/any,/);
      await socket.write(Buffer.concat([text("41/any,"), text(`42["message",${i}]`)]));
      assert.equal(await socket.message(), `42["message-back",${i}]`);
    }
    const other = await connect(server, "/any");
    assert.equal((await askOne(other, "stats")).sockets, 1);
    socket.destroy();
  });
});
