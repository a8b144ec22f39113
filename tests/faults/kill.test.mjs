// The server is killed between any two instructions, a hundred times, while guests talk through it (contract §1.4, §8.3).

import assert from "node:assert/strict";
import { test } from "node:test";
import { io } from "socket.io-client";
import { eventually } from "../chat/support/guest.mjs";
import { Lives } from "../chat/support/records.mjs";

const kills = Number(process.env.PARLEY_KILLS ?? 100);

/** A guest behind the official client, which comes back by itself, and who says the same again until it is confirmed. */
class Talker {
  constructor(name, url, account) {
    this.name = name;
    this.id = account.user.id;
    this.confirmed = new Map(); // clientMessageId → messageId
    this.heard = new Map(); // messageId → what it said
    this.open = new Set(); // said and not confirmed
    this.faults = [];
    this.welcomes = [];
    this.count = 0;
    this.socket = io(url, {
      auth: { token: account.token },
      transports: ["websocket"],
      forceNew: true,
      reconnectionDelay: 20,
      reconnectionDelayMax: 40,
      randomizationFactor: 0,
    });
    this.socket.on("connection:established", (payload) => this.welcomes.push(payload));
    this.socket.on("chat:message:sent", ({ clientMessageId, messageId }) => this.confirm(clientMessageId, messageId));
    this.socket.on("chat:message", (message) => this.hear(message));
    this.socket.on("connect_error", (error) => {
      // A closed port is what a killed server looks like; words come from a server that refuses its guest.
      if (error.data) this.faults.push(`${name} was refused: ${error.message}`);
    });
    for (const event of ["room:closed", "chat:cleared", "room:user_left", "error"]) {
      this.socket.on(event, (payload) => this.faults.push(`${name} was told ${event} ${JSON.stringify(payload)}`));
    }
  }

  confirm(clientId, messageId) {
    const before = this.confirmed.get(clientId);
    if (before && before !== messageId) this.faults.push(`${clientId} is ${before} and ${messageId}`);
    this.confirmed.set(clientId, messageId);
    this.open.delete(clientId);
  }

  hear({ id, senderId, content }) {
    if (senderId !== this.partner.id) this.faults.push(`${this.name} heard ${content} of ${senderId}`);
    const before = this.heard.get(id);
    if (before && before !== content) this.faults.push(`${id} said ${before}, then ${content}`);
    this.heard.set(id, content);
    this.socket.volatile.emit("chat:message:delivered", { messageId: id });
  }

  /** Says everything that is open, and `more` new things. What a closed socket would only keep back is not said. */
  talk(more) {
    for (; more > 0; --more) this.open.add(`${this.name}-${++this.count}`);
    if (!this.socket.connected) return;
    for (const clientId of this.open) {
      this.socket.volatile.emit("chat:message", { type: "text", content: clientId, clientMessageId: clientId });
    }
  }

  ask(event, payload) {
    return this.socket.timeout(10_000).emitWithAck(event, payload);
  }

  /** The chat as the server keeps it, page by page: `[[id, content], …]`. */
  async history() {
    const all = [];
    for (let afterSeq = 0; ; ) {
      const { ok, messages } = await this.ask("chat:history", { afterSeq });
      assert.ok(ok);
      if (!messages.length) return all;
      for (const { id, content } of messages) all.push([id, content]);
      afterSeq = messages.at(-1).seq;
    }
  }
}

async function meet(server, url, first, second) {
  const make = async (name) => {
    const { body } = await server.request("POST", "/api/guest", { json: { username: name } });
    return new Talker(name, url, body.data);
  };
  const pair = [await make(first), await make(second)];
  [pair[0].partner, pair[1].partner] = [pair[1], pair[0]];
  const rooms = pair.map(({ socket }) => new Promise((resolve) => socket.once("user:matched", resolve)));
  for (const talker of pair) {
    await eventually(`${talker.name} is in`, () => talker.welcomes.length === 1);
    talker.socket.emit("user:match");
  }
  const [{ roomId }] = await Promise.all(rooms);
  for (const talker of pair) talker.room = roomId;
  return pair;
}

test(`§1.4-restart: killed ${kills} times under load, the server loses no confirmed message and no chat`, async (t) => {
  const lives = await Lives.begin(t);
  const { url } = lives.server;
  const talkers = [
    ...(await meet(lives.server, url, "Ada", "Bob")),
    ...(await meet(lives.server, url, "Cleo", "Dora")),
  ];
  t.after(() => talkers.forEach(({ socket }) => socket.disconnect()));
  const talking = setInterval(() => {
    for (const talker of talkers) talker.talk(talker.open.size < 20 ? 2 : 0);
  }, 10);
  t.after(() => clearInterval(talking));

  for (let life = 1; life <= kills; ++life) {
    // Killed somewhere between its first breath and a good run, at times before anybody is back.
    const confirmed = () => talkers.reduce((sum, talker) => sum + talker.confirmed.size, 0);
    const before = confirmed();
    if (life % 4) await eventually("something was confirmed", () => confirmed() > before, 15_000);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 120));
    await lives.kill();
    await lives.start();
  }

  clearInterval(talking);
  for (const talker of talkers) {
    await eventually(
      `everything ${talker.name} said is confirmed`,
      () => {
        talker.talk(0);
        return talker.socket.connected && talker.open.size === 0;
      },
      30_000
    );
  }
  let total = 0;
  for (const talker of talkers) {
    assert.deepEqual(talker.faults, []);
    for (const welcome of talker.welcomes.slice(1)) assert.equal(welcome.activeChat?.roomId, talker.room);
    const kept = await talker.history();
    const contents = kept.map(([, content]) => content);
    assert.equal(new Set(contents).size, contents.length, "a message is kept twice");
    const idOf = new Map(kept.map(([id, content]) => [content, id]));
    for (const [clientId, messageId] of talker.confirmed) {
      assert.equal(idOf.get(clientId), messageId, `${clientId} was confirmed as ${messageId}`);
    }
    assert.ok(contents.every((content) => [talker.name, talker.partner.name].includes(content.split("-")[0])));
    await eventually(
      `${talker.partner.name} heard everything`,
      () => [...talker.confirmed].every(([clientId, id]) => talker.partner.heard.get(id) === clientId),
      30_000
    );
    assert.equal(new Set(talker.heard.values()).size, talker.heard.size, `${talker.name} heard one thing by two names`);
    total += talker.confirmed.size;
  }
  assert.ok(total > kills, `only ${total} messages were confirmed`);
  t.diagnostic(`${total} messages confirmed over ${kills} kills`);
});
