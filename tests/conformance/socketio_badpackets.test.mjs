import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { forEachWorkerCount } from "../support/conformance.mjs";
import { askOne, connect, disconnectAll, rawSocket, watchLog } from "../support/socketio.mjs";
import { within } from "../support/wait.mjs";

const attachment = Buffer.from([1, 2, 3]);
const placeholder = (num) => `{"_placeholder":true,"num":${num}}`;
const twelve = Array.from({ length: 12 }, (_, i) => placeholder(i)).join();

/** Packets that can not be decoded, each the whole of what a socket joined to /plain sends. */
const undecodable = {
  "an unknown packet type": ["4abc"],
  "a packet type out of range": ["47/plain,"],
  "a payload that is an object": ['42/plain,{"a":1}'],
  "a payload that is a string": ['42/plain,"message"'],
  "an empty payload": ["42/plain,[]"],
  "an event name that is an object": ["42/plain,[{}]"],
  "an event name that is null": ["42/plain,[null]"],
  "an event name that is a truth value": ["42/plain,[true]"],
  "an event name that is an array": ['42/plain,[["message"]]'],
  "JSON that ends too early": ['42/plain,["message"'],
  "JSON that goes on after its end": ['42/plain,["message"]]'],
  "JSON with a comma too many": ['42/plain,["message",]'],
  "JSON with a bare word": ['42/plain,["message",undefined]'],
  "JSON with NaN": ['42/plain,["message",NaN]'],
  "JSON with a raw control character": ['42/plain,["message","\u0001"]'],
  "JSON with a broken escape": ['42/plain,["message","\\u12x4"]'],
  "JSON with a leading zero": ['42/plain,["message",01]'],
  "JSON in single quotes": ["42/plain,['message']"],
  "an ack id that is no number": ['42/plain,abc["message-with-ack",1]'],
  "an answer that is an object": ["43/plain,1{}"],
  "an answer that is broken JSON": ["43/plain,1[1"],
  "DISCONNECT with a payload": ["41/plain,{}"],
  "more attachments than allowed": [`4511-/plain,["message",${twelve}]`],
  "a huge attachment count": [`4599999999999999999999-/plain,["message"]`],
  "an attachment count of zero": ['450-/plain,["message"]'],
  "a negative attachment count": ['45-1-/plain,["message"]'],
  "a broken attachment count": [`451.5-/plain,["message",${placeholder(0)}]`],
  "an attachment count that is no number": [`45x-/plain,["message",${placeholder(0)}]`],
  "no attachment count": ['45/plain,["message"]'],
  "a placeholder beyond the attachments": [`451-/plain,["message",${placeholder(1)}]`, attachment],
  "a negative placeholder": [`451-/plain,["message",${placeholder(-1)}]`, attachment],
  "a placeholder that is a string": [`451-/plain,["message",${placeholder('"0"')}]`, attachment],
  "text while an attachment is due": [`451-/plain,["message",${placeholder(0)}]`, '42/plain,["message",1]'],
  "an attachment without its header": [attachment],
  "an attachment too many": [`451-/plain,["noop",${placeholder(0)}]`, attachment, attachment],
  "a binary event with a reserved name": [`451-/plain,["connect",${placeholder(0)}]`],
};
for (const name of ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"]) {
  undecodable[`the reserved event name ${name}`] = [`42/plain,["${name}",1]`];
}

/** Packets that make sense, but not now. */
const outOfPlace = {
  "an event for a namespace not joined": ['42["message",1]'],
  "an answer for a namespace not joined": ["43/custom,1[]"],
  "a second CONNECT": ["40/plain,"],
  "a CONNECT_ERROR, which only servers send": ['44/plain,{"message":"no"}'],
};

/** Polls until the server knows the session no more; until then it has only said farewell. */
async function polledToItsEnd(session) {
  for (;;) {
    const answer = await session.poll().catch(() => ({ status: 400 }));
    if (answer.status !== 200) return;
    assert.match(answer.text, /^(6\x1e)?[16]$/);
  }
}

for (const transport of ["polling", "websocket"]) {
  forEachWorkerCount(`socket.io refuses over ${transport}`, {}, (server) => {
    let log;
    let witness;
    before(async () => {
      log = await watchLog(server);
      witness = await connect(server, "/plain");
    });
    after(disconnectAll);

    const refused = async (packets, reasons) => {
      const socket = await rawSocket(server, { transport });
      const write = (packet) =>
        transport === "polling" && Buffer.isBuffer(packet) ? `b${packet.toString("base64")}` : packet;
      // The session may be gone before the answer to the POST is written.
      for (const packet of packets) await socket.put(write(packet))?.catch(() => {});
      if (transport === "polling") await polledToItsEnd(socket);
      const { reason } = await log.find({ type: "disconnect", id: socket.socketId });
      assert.ok(reasons.includes(reason), `the reason is "${reason}"`);
      if (transport === "websocket") await within(socket.closed, "the WebSocket to close");
      const left = transport === "websocket" ? socket.messages.left : [];
      assert.deepEqual(left, []);
      assert.equal(await askOne(witness, "message-with-ack", "unharmed"), "unharmed");
    };

    for (const [what, packets] of Object.entries(undecodable)) {
      it(`${what}: forced close`, () => refused(packets, ["forced close"]));
    }
    for (const [what, packets] of Object.entries(outOfPlace)) {
      it(`${what}: forced server close`, () => refused(packets, ["forced server close", "forced close"]));
    }
  });
}
