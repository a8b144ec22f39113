// Calls over bad networks, and through a relay.

import assert from "node:assert/strict";
import { startCoturn } from "../support/turn.mjs";
import { journey } from "./support/journey.mjs";
import { hears, nothingIsLeft, sees } from "./support/media.mjs";

const secret = "a-secret-of-the-relay";
/** A server that tells guests of a relay, which is `stage.coturn`. */
const withRelay = (transport) => ({
  timeout: 150_000,
  async prepare(t) {
    const coturn = await startCoturn(t, secret);
    return { coturn, env: { TURN_SERVER: `turn:127.0.0.1:${coturn.port}?transport=${transport}`, TURN_SECRET: secret } };
  },
});

const all = (guests, what) => Promise.all(guests.map(what));
const bothSee = (...guests) => all(guests, (guest) => Promise.all([sees(guest), hears(guest)]));

async function callBetween(ada, grace) {
  await ada.call(grace.name);
  await grace.accept(ada.name);
  await all([ada, grace], (guest) => guest.seesCall("in-call", { timeout: 20_000 }));
  await bothSee(ada, grace);
}

for (const transport of ["udp", "tcp"]) {
  journey(`a call that can only go through the relay, over ${transport}, does so with the credentials that the server tells`, withRelay(transport), async (stage) => {
    const [ada, grace] = await stage.pair({ relayOnly: true });
    await callBetween(ada, grace);
    for (const guest of [ada, grace]) {
      const [{ local, remote, relay }] = (await guest.calls()).pairs;
      assert.deepEqual([local, remote, relay], ["relay", "relay", transport], guest.name);
    }
    await grace.hangUp();
    await all([ada, grace], (guest) => guest.seesCallEnded());
    await nothingIsLeft(ada, grace);
  });
}

journey("a call whose relay goes away for a moment comes back by itself", withRelay("udp"), async (stage) => {
  const [ada, grace] = await stage.pair({ relayOnly: true });
  await callBetween(ada, grace);
  await stage.coturn.stop();
  await all([ada, grace], (guest) => guest.seesCall("reconnecting", { timeout: 30_000 }));
  await startCoturn(stage.t, secret, stage.coturn.port);
  await all([ada, grace], (guest) => guest.seesCall("in-call", { timeout: 40_000 }));
  await bothSee(ada, grace);
});

journey("a call whose relay stays away ends for both, with the reason, and the chat goes on", withRelay("udp"), async (stage) => {
  const [ada, grace] = await stage.pair({ relayOnly: true });
  await callBetween(ada, grace);
  await stage.coturn.stop();
  await all([ada, grace], (guest) => guest.seesCall("ended", { timeout: 60_000 }));
  const reasons = await all([ada, grace], (guest) => guest.page.locator('[data-call="ended"]').innerText());
  assert.ok(reasons.some((text) => text.includes("The connection was lost and could not be brought back.")), reasons.join());
  await nothingIsLeft(ada, grace);
  await all([ada, grace], (guest) => guest.button("Back to the chat").click());
  await ada.say("that was it");
  await grace.hearsSaid("that was it");
});

journey("a call goes on while the way to the server is cut, and the chat catches up when it is back", { env: { DISCONNECT_GRACE_MS: "30000" } }, async (stage) => {
  const network = await stage.relay();
  const [ada, grace] = await stage.pair({ at: network.url }, {});
  await callBetween(ada, grace);
  ada.allowOutage();
  network.cut();
  await ada.reads("No connection.");
  await grace.reads("Ada has lost the connection.");
  await bothSee(ada, grace);
  await ada.say("can you read this?");
  network.mend();
  await grace.hearsSaid("can you read this?");
  await ada.seesReceipt("can you read this?", "Delivered");
  await all([ada, grace], (guest) => guest.seesCall("in-call"));
  await bothSee(ada, grace);
  await grace.hangUp();
  await ada.seesCallEnded("Grace has hung up.");
  await nothingIsLeft(ada, grace);
});

journey("a page that is loaded again in a call finds its chat, the call is over for both, and they can call again", async (stage) => {
  const [ada, grace] = await stage.pair();
  await ada.say("before the call");
  await callBetween(ada, grace);
  await ada.page.reload();
  await ada.seesChatWith("Grace");
  await ada.hearsSaid("before the call");
  await grace.seesCall("ended", { timeout: 40_000 });
  await nothingIsLeft(ada, grace);
  await grace.button("Back to the chat").click();
  await callBetween(grace, ada);
});
