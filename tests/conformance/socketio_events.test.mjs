import assert from "node:assert/strict";
import { afterEach, it } from "node:test";
import { forEachWorkerCount } from "../support/conformance.mjs";
import { ask, askOne, connect, disconnectAll, nextEvent, rawSocket } from "../support/socketio.mjs";
import { Queue, sleep } from "../support/wait.mjs";

const values = {
  "numbers": [0, -1, 1.5, 1e20, 1e21, -1e300, 5e-324, 123456789012345680000, 2 ** 53, -(2 ** 63), 2 ** 64, 0.1],
  "strings": ["", "a", "äß€😀", "\u0000\u001e\u001f\u007f\u2028", '"\\/\b\f\n\r\t', "null", "[1,2]"],
  "lone surrogates": ["\ud800", "\udc00\ud800", "x\ud83dx"],
  "literals": [null, true, false],
  "containers": [[], {}, [[]], [{}], { "": "" }, { a: { b: [1, { c: null }] } }],
  "odd keys": [JSON.parse('{"__proto__":{"x":1},"constructor":1,"toString":[],"\\u0000":2,"length":3}')],
  "what looks like packets": ["42[]", '{"_placeholder":true,"num":0}', "0", "451-[]"],
};

for (const transport of ["polling", "websocket"]) {
  forEachWorkerCount(`socket.io events over ${transport}`, {}, (server) => {
    afterEach(disconnectAll);
    const options = { transports: [transport] };

    for (const [what, args] of Object.entries(values)) {
      it(`carries ${what} there and back, as events and as answers`, async () => {
        const socket = await connect(server, "/plain", options);
        const back = nextEvent(socket, "message-back");
        socket.emit("message", ...args);
        assert.deepEqual(await back, args);
        assert.deepEqual(await ask(socket, "message-with-ack", ...args), args);
      });
    }

    it("carries events without arguments, with many, and with a name that is empty or odd", async () => {
      const socket = await connect(server, "/plain", options);
      assert.deepEqual(await ask(socket, "message-with-ack"), []);
      const many = Array.from({ length: 300 }, (_, i) => i);
      assert.deepEqual(await ask(socket, "message-with-ack", ...many), many);
      for (const name of ["", "äöü", "__proto__", "toString", "no such event"]) socket.emit(name, 1);
      assert.deepEqual(await ask(socket, "message-with-ack", "still here"), ["still here"]);
    });

    it("carries binary at any depth there and back, as events and as answers", async () => {
      const socket = await connect(server, "/plain", options);
      const bytes = (...of) => Buffer.from(of);
      const cases = [
        [bytes(1, 2, 3)],
        [bytes(), bytes(0), bytes(255, 254)],
        [{ a: bytes(1), b: [bytes(2), { c: { d: bytes(3) } }], e: "text" }, 5, [[[bytes(4)]]]],
        Array.from({ length: 10 }, (_, i) => bytes(i)),
        [bytes(...Array.from({ length: 70_000 }, (_, i) => i & 255))],
      ];
      for (const args of cases) {
        const back = nextEvent(socket, "message-back");
        socket.emit("message", ...args);
        assert.deepEqual(await back, args);
        assert.deepEqual(await ask(socket, "message-with-ack", ...args), args);
      }
    });

    it("keeps text and binary events in order", async () => {
      const socket = await connect(server, "/plain", options);
      const sent = Array.from({ length: 100 }, (_, i) => (i % 3 ? i : Buffer.from([i])));
      for (const value of sent) socket.emit("message", value);
      for (const value of sent) assert.deepEqual(await socket.received.next(), ["message-back", value]);
    });

    it("sends the echo before the answer", async () => {
      const socket = await connect(server, "/plain", options);
      const order = [];
      socket.on("echo", (...args) => order.push(["echo", ...args]));
      order.push(["answer", ...(await ask(socket, "echo", 1, { two: 2 }))]);
      assert.deepEqual(order, [
        ["echo", 1, { two: 2 }],
        ["answer", 1, { two: 2 }],
      ]);
    });

    it("carries half a megabyte in one event", async () => {
      const socket = await connect(server, "/plain", options);
      const text = "0123456789äöü".repeat(40_000).slice(0, 400_000);
      assert.deepEqual(await ask(socket, "message-with-ack", text), [text]);
      socket.emit("noop", { text });
      assert.equal(await askOne(socket, "message-with-ack", 1), 1);
    });

    it("answers late, and other questions in the meantime", async () => {
      const socket = await connect(server, "/plain", options);
      const order = [];
      const late = ask(socket, "late-ack", 100).then(([answer]) => order.push(answer));
      order.push(await askOne(socket, "message-with-ack", "meanwhile"));
      await late;
      assert.deepEqual(order, ["meanwhile", "late"]);
    });

    it("gives up on an answer in the client's own time", async () => {
      const socket = await connect(server, "/plain", options);
      await assert.rejects(socket.timeout(50).emitWithAck("late-ack", 2000), /timed out/);
    });

    it("asks the client and gets all it answers", async () => {
      const socket = await connect(server, "/plain", options);
      socket.on("question", (a, b, answer) => answer(b, a, Buffer.from([9])));
      const [reply] = await ask(socket, "emit-ack", "question", ["a", Buffer.from([1])], null);
      assert.deepEqual(reply, [null, Buffer.from([1]), "a", Buffer.from([9])]);
      assert.deepEqual(await ask(socket, "emit-ack", "question", [1, 2], 5000), [[null, 2, 1, Buffer.from([9])]]);
    });

    it("reports a client that does not answer in time, and ignores its late answer", async () => {
      const socket = await connect(server, "/plain", options);
      const late = new Queue();
      socket.on("question", (answer) => late.push(answer));
      assert.deepEqual(await askOne(socket, "emit-ack", "question", [], 50), ["operation has timed out"]);
      (await late.next())("too late");
      assert.equal(await askOne(socket, "message-with-ack", "alive"), "alive");
    });

    it("keeps many questions in both directions apart", async () => {
      const socket = await connect(server, "/plain", options);
      socket.on("double", (n, answer) => answer(2 * n));
      const replies = await Promise.all(
        Array.from({ length: 40 }, (_, i) => askOne(socket, "emit-ack", "double", [i], null))
      );
      assert.deepEqual(
        replies,
        Array.from({ length: 40 }, (_, i) => [null, 2 * i])
      );
    });

    it("runs a one-shot listener once", async () => {
      const socket = await connect(server, "/plain", options);
      assert.equal(await askOne(socket, "once-count"), 0);
      for (let i = 0; i < 3; i++) socket.emit("once");
      assert.equal(await askOne(socket, "once-count"), 1);
    });
  });
}

for (const transport of ["polling", "websocket"]) {
  forEachWorkerCount(`socket.io packets over ${transport}`, {}, (server) => {
    const join = (nsp) => rawSocket(server, { nsp, transport });
    const roundTrip = async (socket, packet, count = 1) => {
      await socket.put(packet);
      return socket.take(count);
    };

    it("writes events, answers and namespaces as the protocol says", async () => {
      const main = await join("/");
      assert.deepEqual(await roundTrip(main, '42["message",1,"2",{"3":[true]}]'), [
        '42["message-back",1,"2",{"3":[true]}]',
      ]);
      assert.deepEqual(await roundTrip(main, '42456["message-with-ack",1,"2",{"3":[false]}]'), [
        '43456[1,"2",{"3":[false]}]',
      ]);
      const plain = await join("/plain");
      assert.deepEqual(await roundTrip(plain, '42/plain,["message"]'), ['42/plain,["message-back"]']);
      assert.deepEqual(await roundTrip(plain, '42/plain,0["message-with-ack"]'), ["43/plain,0[]"]);
      assert.deepEqual(await roundTrip(plain, '42/plain,9007199254740991["message-with-ack",1]'), [
        "43/plain,9007199254740991[1]",
      ]);
    });

    it("writes attachments as the protocol says", async () => {
      const socket = await join("/plain");
      const bytes = transport === "polling" ? "bAQID" : Buffer.from([1, 2, 3]);
      const placeholder = '{"_placeholder":true,"num":0}';
      await socket.put(`451-/plain,["message",{"a":${placeholder}}]`);
      await socket.put(bytes);
      assert.deepEqual(await socket.take(2), [`451-/plain,["message-back",{"a":${placeholder}}]`, bytes]);
      await socket.put(`451-/plain,77["message-with-ack",${placeholder}]`);
      await socket.put(bytes);
      assert.deepEqual(await socket.take(2), [`461-/plain,77[${placeholder}]`, bytes]);
    });

    it("sends one answer however often the application answers", async () => {
      const socket = await join("/plain");
      await socket.put('42/plain,5["double-ack"]');
      await socket.put('42/plain,6["message-with-ack","end"]');
      assert.deepEqual(await socket.take(2), ["43/plain,5[1]", '43/plain,6["end"]']);
    });

    it("ignores answers nobody asked for", async () => {
      const socket = await join("/plain");
      for (const packet of ["43/plain,999[]", "43/plain,0[1,2]", "43/plain,[1]"]) await socket.put(packet);
      assert.deepEqual(await roundTrip(socket, '42/plain,["message","alive"]'), ['42/plain,["message-back","alive"]']);
    });

    it("takes the first answer of a client and ignores the second", async () => {
      const socket = await join("/plain");
      const [question] = await roundTrip(socket, '42/plain,1["emit-ack","question",["x"],null]');
      const id = /^42\/plain,(\d+)\["question","x"\]$/.exec(question)?.[1];
      assert.ok(id, question);
      await socket.put(`43/plain,${id}["first"]`);
      await socket.put(`43/plain,${id}["second"]`);
      assert.deepEqual(await roundTrip(socket, '42/plain,["message","end"]', 2), [
        '43/plain,1[[null,"first"]]',
        '42/plain,["message-back","end"]',
      ]);
    });

    it("reads JSON that no JavaScript would write", async () => {
      const socket = await join("/plain");
      const odd = '{ "a" : 1E2 , "a":\t[ 0.50e-0, "\\u00e9\\/" ] , "__proto__" : { } }';
      const [answer] = await roundTrip(socket, `42/plain,["message", ${odd} ]`);
      assert.deepEqual(JSON.parse(answer.slice("42/plain,".length)), ["message-back", JSON.parse(odd)]);
      const integer = "123456789012345678901234567890";
      const [number] = await roundTrip(socket, `42/plain,["message",${integer}]`);
      assert.equal(JSON.parse(number.slice("42/plain,".length))[1], Number(integer));
    });

    it("takes numbers for event names", async () => {
      const socket = await join("/any");
      await socket.put('42/any,[5,"x"]');
      const [answer] = await roundTrip(socket, '42/any,1["get-any"]');
      const [{ incoming, outgoing }] = JSON.parse(answer.slice("43/any,1".length));
      // Whether an application sees the number or its digits depends on the language it is written in.
      assert.deepEqual([incoming.map(String), outgoing], [["5", "get-any"], []]);
    });

    it("does not mistake an object with other keys for a placeholder", async () => {
      const socket = await join("/plain");
      const packet = '["message",{"_placeholder":false,"num":0},{"num":0}]';
      assert.deepEqual(await roundTrip(socket, `42/plain,${packet}`), [
        `42/plain,${packet.replace("message", "message-back")}`,
      ]);
    });

    it("carries nesting of a depth that people use", async () => {
      const socket = await join("/plain");
      const deep = `${"[".repeat(200)}${"]".repeat(200)}`;
      assert.deepEqual(await roundTrip(socket, `42/plain,["message",${deep}]`), [`42/plain,["message-back",${deep}]`]);
    });
  });
}

forEachWorkerCount("socket.io answers that come too late", {}, (server) => {
  afterEach(disconnectAll);

  it("harm nobody when the client has left the namespace or is gone altogether", async () => {
    const witness = await connect(server, "/plain");
    const [left, gone] = await Promise.all([rawSocket(server), rawSocket(server)]);
    for (const socket of [left, gone]) {
      socket.put('42/plain,1["late-ack",50]');
      socket.put('42/plain,2["emit-ack","question",[],50]');
      assert.match(await socket.next(), /^42\/plain,\d+\["question"\]$/);
    }
    left.put("41/plain,");
    gone.socket.terminate();
    // Both delays must pass on the server, which then has nobody to answer.
    await sleep(150);
    left.put("40/any,");
    // Whether the late answers are still sent is the server's choice; whatever comes, the session goes on.
    while (!(await left.next()).startsWith("40/any,"));
    assert.equal(await askOne(witness, "message-with-ack", "unharmed"), "unharmed");
    await left.close();
  });
});
