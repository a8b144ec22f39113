// A small TURN client (RFC 5389 and 5766, over UDP, long-term credentials) and a coturn to speak to.

import { createHash, createHmac, randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { spawn } from "node:child_process";
import { Queue, within } from "./wait.mjs";

const cookie = 0x2112a442;
const methods = { binding: 0x001, allocate: 0x003, createPermission: 0x008 };
const indications = { send: 0x0016, data: 0x0017 };
const attributes = {
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  peer: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  relayed: 0x0016,
  transport: 0x0019,
};

/** The server's answer was an error: `code` as TURN numbers it. */
export class TurnError extends Error {
  constructor(code, reason) {
    super(`TURN ${code} ${reason}`);
    this.code = code;
  }
}

export class TurnClient {
  #socket = createSocket("udp4");
  #answers = new Map();
  #data = new Queue();

  constructor(port, { username = "", credential = "" } = {}) {
    this.port = port;
    this.username = username;
    this.credential = credential;
    this.#socket.on("message", (packet) => this.#hear(packet));
  }

  /** Any STUN server answers this, whoever asks. */
  async bind() {
    await this.#ask(methods.binding, []);
  }

  /** Asks for a relay address; resolves to `{ address, port }`. */
  async allocate() {
    const udp = attribute(attributes.transport, Buffer.from([17, 0, 0, 0]));
    const answer = await this.#askWithCredentials(methods.allocate, [udp]);
    return readAddress(answer.get(attributes.relayed));
  }

  /** Lets a peer's relay address send to ours. */
  async permit(peer) {
    await this.#askWithCredentials(methods.createPermission, [attribute(attributes.peer, writeAddress(peer))]);
  }

  /** Sends bytes from our relay address to a peer's. */
  send(peer, bytes) {
    const body = [attribute(attributes.peer, writeAddress(peer)), attribute(attributes.data, Buffer.from(bytes))];
    this.#socket.send(message(indications.send, randomBytes(12), body), this.port, "127.0.0.1");
  }

  /** What came to our relay address: `{ peer, text }`. */
  receive() {
    return this.#data.next("relayed data");
  }

  close() {
    this.#socket.close();
  }

  /** The first try tells realm and nonce, the second shows who we are. */
  async #askWithCredentials(method, body) {
    const first = await this.#ask(method, body).catch((error) => error);
    if (!(first instanceof TurnError) || first.code !== 401) throw first;
    const { realm, nonce } = first;
    const key = createHash("md5").update(`${this.username}:${realm}:${this.credential}`).digest();
    const named = [
      ...body,
      attribute(attributes.username, Buffer.from(this.username)),
      attribute(attributes.realm, Buffer.from(realm)),
      attribute(attributes.nonce, Buffer.from(nonce)),
    ];
    return this.#ask(method, named, key);
  }

  async #ask(method, body, key) {
    const id = randomBytes(12);
    const packet = key ? signed(method, id, body, key) : message(method, id, body);
    const answered = new Promise((resolve, reject) => this.#answers.set(id.toString("hex"), { resolve, reject }));
    // UDP may lose either packet, also on loopback when a buffer is full.
    const again = setInterval(() => this.#socket.send(packet, this.port, "127.0.0.1"), 250);
    this.#socket.send(packet, this.port, "127.0.0.1");
    return within(answered, `an answer of the TURN server at port ${this.port}`).finally(() => {
      clearInterval(again);
      this.#answers.delete(id.toString("hex"));
    });
  }

  #hear(packet) {
    const type = packet.readUInt16BE(0);
    const found = readAttributes(packet);
    if (type === indications.data) {
      this.#data.push({ peer: readAddress(found.get(attributes.peer)), text: found.get(attributes.data).toString() });
      return;
    }
    const asked = this.#answers.get(packet.subarray(8, 20).toString("hex"));
    if (!asked) return;
    const error = found.get(attributes.errorCode);
    if (!error) return asked.resolve(found);
    const refusal = new TurnError(error[2] * 100 + error[3], error.subarray(4).toString());
    refusal.realm = found.get(attributes.realm)?.toString();
    refusal.nonce = found.get(attributes.nonce)?.toString();
    asked.reject(refusal);
  }
}

function message(type, id, body, extra = 0) {
  const head = Buffer.alloc(20);
  const content = Buffer.concat(body);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(content.length + extra, 2);
  head.writeUInt32BE(cookie, 4);
  id.copy(head, 8);
  return Buffer.concat([head, content]);
}

/** MESSAGE-INTEGRITY covers everything before it, with the length as if it were there already (RFC 5389 §15.4). */
function signed(type, id, body, key) {
  const covered = message(type, id, body, 24);
  const mac = createHmac("sha1", key).update(covered).digest();
  return Buffer.concat([covered, attribute(attributes.integrity, mac)]);
}

function attribute(type, value) {
  const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  padded.writeUInt16BE(type, 0);
  padded.writeUInt16BE(value.length, 2);
  value.copy(padded, 4);
  return padded;
}

function readAttributes(packet) {
  const found = new Map();
  for (let at = 20; at + 4 <= packet.length; ) {
    const length = packet.readUInt16BE(at + 2);
    found.set(packet.readUInt16BE(at), packet.subarray(at + 4, at + 4 + length));
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return found;
}

/** XOR-…-ADDRESS, IPv4. */
function readAddress(value) {
  const plain = (value.readUInt32BE(4) ^ cookie) >>> 0;
  const address = [24, 16, 8, 0].map((shift) => (plain >>> shift) & 255).join(".");
  return { address, port: value.readUInt16BE(2) ^ (cookie >>> 16) };
}

function writeAddress({ address, port }) {
  const value = Buffer.alloc(8);
  value[1] = 1;
  value.writeUInt16BE(port ^ (cookie >>> 16), 2);
  const plain = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  value.writeUInt32BE((plain ^ cookie) >>> 0, 4);
  return value;
}

/** A UDP port that was free a moment ago. */
async function freePort() {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}

/**
 * Starts a coturn on loopback that believes credentials made with `secret`; it ends with the test `t`, or with `stop()`.
 * Loopback peers are allowed here and nowhere else.
 */
export async function startCoturn(t, secret, port) {
  port ??= await freePort();
  const folder = await mkdtemp(path.join(tmpdir(), "parley-turn-"));
  const settings = {
    "listening-ip": "127.0.0.1",
    "relay-ip": "127.0.0.1",
    "listening-port": port,
    "static-auth-secret": secret,
    realm: "chat.test",
    "log-file": "stdout",
    pidfile: path.join(folder, "turn.pid"),
    userdb: path.join(folder, "turn.sqlite"),
  };
  const flags = ["fingerprint", "use-auth-secret", "no-tls", "no-dtls", "no-cli", "allow-loopback-peers", "simple-log"];
  const file = path.join(folder, "turn.conf");
  await writeFile(file, [...flags, ...Object.entries(settings).map((pair) => pair.join("="))].join("\n") + "\n");

  const child = spawn("turnserver", ["-c", file], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const ended = new Promise((resolve) => child.once("error", resolve).once("close", resolve));
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  t.after(stop);
  const probe = new TurnClient(port);
  const died = ended.then((why) => {
    throw new Error(`coturn has ended: ${why}\n${output}`);
  });
  await Promise.race([probe.bind(), died]).finally(() => probe.close());
  died.catch(() => {});
  return { port, stop };
}
