// Bytes on a TCP connection, for what no HTTP or WebSocket library lets a test say.

import net from "node:net";
import { target } from "./engine.mjs";
import { within } from "./wait.mjs";

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

/**
 * One WebSocket frame as bytes. `payload` is text or bytes; `mask` null leaves it unmasked; `rsv` holds the three
 * reserved bits; `lengthForm` 7, 16 or 64 forces a form; `announced` claims another length than the payload has.
 */
export function frame({
  opcode = opcodes.text,
  payload = "",
  fin = true,
  rsv = 0,
  mask = [0x37, 0xfa, 0x21, 0x3d],
  lengthForm,
  announced,
}) {
  const bytes = Buffer.from(payload);
  const length = announced ?? bytes.length;
  const form = lengthForm ?? (length < 126 ? 7 : length < 65536 ? 16 : 64);
  const masked = mask ? 0x80 : 0;
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  if (form === 7) head.push(masked | Number(length));
  else head.push(masked | (form === 16 ? 126 : 127));
  const extended = Buffer.alloc(form === 7 ? 0 : form / 8);
  if (form === 16) extended.writeUInt16BE(Number(length));
  if (form === 64) extended.writeBigUInt64BE(BigInt(length));
  return Buffer.concat([
    Buffer.from(head),
    extended,
    Buffer.from(mask ?? []),
    mask ? bytes.map((byte, i) => byte ^ mask[i % 4]) : bytes,
  ]);
}

export const text = (payload, more = {}) => frame({ opcode: opcodes.text, payload, ...more });

/** The payload of a close frame. */
export function closing(code, reason = "") {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return Buffer.concat([head, Buffer.from(reason)]);
}

export class TcpPeer {
  static async open(server) {
    const peer = new TcpPeer(
      net.connect({ port: server.port, host: server.host, noDelay: true, allowHalfOpen: true }),
      server
    );
    await within(
      new Promise((resolve, reject) => peer.socket.once("connect", resolve).once("error", reject)),
      "the TCP connection"
    );
    return peer;
  }

  constructor(socket, server) {
    this.socket = socket;
    this.server = server;
    this.buffer = Buffer.alloc(0);
    this.ended = false;
    this.wake = () => {};
    socket.on("data", (data) => {
      this.buffer = Buffer.concat([this.buffer, data]);
      this.wake();
    });
    socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      const done = () => {
        this.ended = true;
        this.wake();
        resolve();
      };
      socket.on("end", done).on("close", done);
    });
  }

  /** Resolves once the bytes are handed over; a connection the server has closed takes them to nowhere. */
  write(bytes) {
    return new Promise((resolve) => this.socket.write(bytes, () => resolve()));
  }

  async writeByteByByte(bytes) {
    for (const byte of Buffer.from(bytes)) await this.write(Buffer.from([byte]));
  }

  destroy() {
    this.socket.destroy();
  }

  /** Waits until `parse` finds something at the start of what has come: `{ value, length }`. Null at the end. */
  async #take(parse, what) {
    for (;;) {
      const found = parse(this.buffer);
      if (found) {
        this.buffer = this.buffer.subarray(found.length);
        return found.value;
      }
      if (this.ended) return null;
      await within(new Promise((resolve) => (this.wake = resolve)), what);
    }
  }

  /** An HTTP response with its body: `{ status, headers, text }`, or null when the connection ended before it. */
  response() {
    return this.#take((buffer) => {
      const end = buffer.indexOf("\r\n\r\n");
      if (end < 0) return null;
      const [first, ...lines] = buffer.toString("latin1", 0, end).split("\r\n");
      const headers = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()])
      );
      const status = Number(first.split(" ")[1]);
      const body =
        status === 101 || status === 204 ? { text: "", length: 0 } : readBody(buffer.subarray(end + 4), headers);
      return body && { value: { status, headers, text: body.text }, length: end + 4 + body.length };
    }, "an HTTP response");
  }

  /** A WebSocket frame `{ fin, rsv, opcode, masked, form, payload }`, or null when the connection ended before it. */
  frame() {
    return this.#take((buffer) => {
      if (buffer.length < 2) return null;
      const short = buffer[1] & 0x7f;
      const form = short < 126 ? 7 : short === 126 ? 16 : 64;
      const start = form === 7 ? 2 : 2 + form / 8;
      if (buffer.length < start) return null;
      const size = form === 7 ? short : form === 16 ? buffer.readUInt16BE(2) : Number(buffer.readBigUInt64BE(2));
      if (buffer.length < start + size) return null;
      const payload = Buffer.from(buffer.subarray(start, start + size));
      const value = {
        fin: buffer[0] >= 128,
        rsv: (buffer[0] >> 4) & 7,
        opcode: buffer[0] & 15,
        masked: buffer[1] >= 128,
        form,
        payload,
      };
      return { value, length: start + size };
    }, "a WebSocket frame");
  }

  /** The payload of the next data frame as text. */
  async message() {
    const got = await this.frame();
    if (!got) throw new Error("the connection ended instead of giving a message");
    if (got.opcode === opcodes.close)
      throw new Error(`closed with ${got.payload.length ? got.payload.readUInt16BE() : "no code"}`);
    return got.payload.toString();
  }

  /** The code of the next close frame (1005: none given), passing over nothing, then the end of the connection. */
  async closeCode() {
    const got = await this.frame();
    if (!got) throw new Error("the connection ended without a close frame");
    if (got.opcode !== opcodes.close)
      throw new Error(
        `got opcode ${got.opcode} with "${got.payload.toString("latin1", 0, 40)}" instead of a close frame`
      );
    this.socket.end();
    await within(this.closed, "the end of the connection");
    return got.payload.length ? got.payload.readUInt16BE() : 1005;
  }
}

/** The body at the start of `bytes` and how long it is there, or null while some of it is missing. */
function readBody(bytes, headers) {
  if (headers["transfer-encoding"] !== "chunked") {
    const length = Number(headers["content-length"] ?? 0);
    return bytes.length < length ? null : { text: bytes.toString("utf8", 0, length), length };
  }
  let text = "";
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd < 0) return null;
    const size = parseInt(bytes.toString("latin1", at, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (bytes.length < next) return null;
    if (size === 0) return { text, length: next };
    text += bytes.toString("utf8", lineEnd + 2, lineEnd + 2 + size);
    at = next;
  }
}

export const sampleKey = "dGhlIHNhbXBsZSBub25jZQ==";
export const sampleAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/** The HTTP request that asks for a WebSocket; `headers` replaces headers, undefined leaves one out. */
export function upgradeRequest(server, { headers = {}, query = {}, method = "GET", version = "1.1" } = {}) {
  const all = {
    Host: `${server.host}:${server.port}`,
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": sampleKey,
    "Sec-WebSocket-Version": "13",
    ...headers,
  };
  const lines = Object.entries(all).filter(([, value]) => value !== undefined);
  const path = target(server, { transport: "websocket", ...query });
  return [`${method} ${path} HTTP/${version}`, ...lines.map((line) => line.join(": ")), "", ""].join("\r\n");
}

/** A WebSocket on a bare TCP connection, its open packet taken. */
export async function rawWebSocket(server, options) {
  const peer = await TcpPeer.open(server);
  await peer.write(upgradeRequest(server, options));
  const response = await peer.response();
  if (response?.status !== 101) throw new Error(`no WebSocket: ${response?.status}`);
  if (!options?.query?.sid) await peer.message();
  return peer;
}
