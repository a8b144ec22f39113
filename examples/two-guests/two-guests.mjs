#!/usr/bin/env node
// Two guests meet, talk and ring each other through one Parley server.
//
//   node examples/two-guests/two-guests.mjs [http://127.0.0.1:3001]

import { io } from "socket.io-client";

const server = process.argv[2] ?? "http://127.0.0.1:3001";
const say = (name, what) => console.log(`${name.padEnd(6)} ${what}`);

/** A guest: a token over REST, then a socket that carries it. What the socket hears waits here to be asked for. */
class Guest {
  #heard = [];
  #wake = () => {};

  static async arrive(name) {
    const answer = await fetch(`${server}/api/guest`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ username: name }),
    });
    const { success, message, data } = await answer.json();
    if (!success) throw new Error(`no token for ${name}: ${message}`);

    const guest = new Guest();
    guest.name = data.user.username;
    guest.socket = io(server, { auth: { token: data.token }, forceNew: true, reconnection: false });
    guest.socket.onAny((event, payload) => guest.#hear(event, payload));
    guest.socket.on("connect_error", (error) => guest.#hear("connect_error", error));
    guest.socket.on("disconnect", (reason) => guest.#hear("connection error", { message: reason }));
    const { username } = await guest.next("connection:established");
    say(name, `is connected as guest ${username}`);
    return guest;
  }

  send(event, payload) {
    this.socket.emit(event, payload);
  }

  /** The payload of the next `event`; the server's refusals end the conversation. */
  async next(event) {
    for (;;) {
      const at = this.#heard.findIndex((heard) => heard.event === event);
      if (at >= 0) return this.#heard.splice(at, 1)[0].payload;
      const refusal = this.#heard.find((heard) => heard.event.endsWith("error"));
      if (refusal) throw new Error(`${this.name} got ${refusal.event}: ${refusal.payload.message}`);
      await new Promise((resolve) => (this.#wake = resolve));
    }
  }

  #hear(event, payload) {
    this.#heard.push({ event, payload });
    this.#wake();
  }
}

/** `from` writes, `to` reads, and `from` learns that it was read. */
async function tell(from, to, text) {
  say(from.name, `says "${text}"`);
  from.send("chat:message", { type: "text", content: text, clientMessageId: text });
  const { messageId, clientMessageId } = await from.next("chat:message:sent");
  if (clientMessageId !== text) throw new Error("the receipt is for another message");

  const { id, content, senderUsername } = await to.next("chat:message");
  say(to.name, `reads "${content}" from ${senderUsername}`);
  to.send("chat:message:delivered", { messageId: id });

  const receipt = await from.next("chat:message:delivered");
  if (receipt.messageId !== messageId) throw new Error("the confirmation is for another message");
  say(from.name, "sees it delivered");
}

/** `from` signals; `to` hears it and knows from whom. */
async function signal(from, to, event, payload) {
  from.send(event, payload);
  const { fromUsername = from.name } = await to.next(event);
  say(to.name, `gets ${event} from ${fromUsername}`);
}

async function conversation() {
  const ada = await Guest.arrive("Ada");
  const grace = await Guest.arrive("Grace");

  ada.send("user:match");
  await ada.next("user:match:no_users");
  say("Ada", "is the first to search, and waits");
  grace.send("user:match");
  for (const guest of [grace, ada]) {
    const { matchedUser } = await guest.next("user:matched");
    say(guest.name, `is matched with ${matchedUser.username}`);
  }

  await tell(ada, grace, "Hello! Is this a < b?");
  grace.send("chat:typing:start");
  say("Ada", `sees ${(await ada.next("chat:typing:start")).username} typing`);
  await tell(grace, ada, "Byte for byte 🙂");

  // In a browser these come from an RTCPeerConnection; the server passes them on as they are.
  await signal(ada, grace, "webrtc:offer", { offer: { type: "offer", sdp: "v=0…" }, type: "audio" });
  await signal(grace, ada, "webrtc:answer", { answer: { type: "answer", sdp: "v=0…" } });
  await signal(ada, grace, "webrtc:ice-candidate", { candidate: { candidate: "candidate:1…", sdpMid: "0" } });
  await signal(grace, ada, "webrtc:call-end");

  ada.send("leave-room");
  await ada.next("chat:clear:confirmed");
  say("Ada", "has left");
  say("Grace", `is told: ${(await grace.next("chat:cleared")).reason}`);

  ada.socket.disconnect();
  grace.socket.disconnect();
}

function fail(why) {
  console.error(`two-guests failed: ${why}`);
  process.exit(1);
}

const limit = setTimeout(() => fail("it took longer than 15 seconds"), 15_000);
conversation().then(
  () => clearTimeout(limit),
  (error) => fail(error.cause?.message ?? error.message),
);
