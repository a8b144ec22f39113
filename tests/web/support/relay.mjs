// A stretch of network between a page and the server that can be slow, silent or cut.

import { once } from "node:events";
import net from "node:net";

export class Relay {
  #links = new Set();
  #state = "flowing";
  #delayMs = 0;

  /** Listens on loopback and forwards to `port`; ends with the test `t`. */
  static async start(t, port) {
    const relay = new Relay();
    relay.target = port;
    relay.listener = net.createServer((near) => relay.#accept(near)).listen(0, "127.0.0.1");
    await once(relay.listener, "listening");
    relay.url = `http://127.0.0.1:${relay.listener.address().port}`;
    t.after(() => relay.close());
    return relay;
  }

  #accept(near) {
    near.on("error", () => {});
    if (this.#state === "down") return near.destroy();
    const far = net.connect(this.target, "127.0.0.1");
    const link = { near, far };
    this.#links.add(link);
    const end = () => {
      near.destroy();
      far.destroy();
      this.#links.delete(link);
    };
    for (const [from, to] of [[near, far], [far, near]]) {
      from.setNoDelay(true);
      from.on("data", (bytes) => {
        if (this.#delayMs) setTimeout(() => to.writable && to.write(bytes), this.#delayMs);
        else to.write(bytes);
      });
      from.on("close", end).on("error", end);
      if (this.#state === "silent") from.pause();
    }
  }

  #set(state, each) {
    this.#state = state;
    for (const { near, far } of this.#links) each(near), each(far);
  }

  /** Nothing gets through any more, and nobody is told. */
  silence() {
    this.#set("silent", (end) => end.pause());
  }

  /** All connections break, and no new one is taken. */
  cut() {
    this.#set("down", (end) => end.destroy());
  }

  /** As if nothing had been; what was held back by `silence` arrives now. */
  mend() {
    this.#set("flowing", (end) => end.resume());
  }

  /** From now on everything takes that long each way. */
  delay(ms) {
    this.#delayMs = ms;
  }

  close() {
    this.cut();
    this.listener.close();
  }
}
