// Socket.IO from outside: the official client for what applications do, raw packets for everything else.

import { io } from "socket.io-client";
import { PollingSession, openWebSocketSession } from "./engine.mjs";
import { Queue, patienceMs, within } from "./wait.mjs";

const open = new Set();

/** For `afterEach`: no test hears the clients of another. */
export function disconnectAll() {
  for (const socket of open) socket.disconnect();
  open.clear();
}

/** An official client that does not reconnect, on a connection of its own; not waited for. */
export function client(server, nsp = "/", options = {}) {
  const socket = io(server.url + nsp, {
    path: server.path,
    forceNew: true,
    reconnection: false,
    transports: ["websocket"],
    ...options,
  });
  socket.received = new Queue();
  socket.onAny((...event) => socket.received.push(event));
  open.add(socket);
  return socket;
}

export function connected(socket) {
  if (socket.connected) return Promise.resolve(socket);
  const outcome = new Promise((resolve, reject) => {
    socket.once("connect", () => resolve(socket));
    socket.once("connect_error", reject);
  });
  return within(outcome, "the client to connect");
}

/** A connected official client; its initial `auth` event, where there is one, is left in `received`. */
export const connect = (server, nsp, options) => connected(client(server, nsp, options));

export const connectMany = (count, ...how) => Promise.all(Array.from({ length: count }, () => connect(...how)));

/** The arguments of the next `name` event of a client. */
export function nextEvent(socket, name) {
  return within(new Promise((resolve) => socket.once(name, (...args) => resolve(args))), `the event ${name}`);
}

/** Emits and resolves to all arguments of the acknowledgement. */
export function ask(socket, name, ...args) {
  return within(
    new Promise((resolve) => socket.emit(name, ...args, (...answer) => resolve(answer))),
    `the answer to ${name}`
  );
}

/** The first argument of the acknowledgement, which most questions have only. */
export const askOne = async (...question) => (await ask(...question))[0];

/** Runs a generic command and gives its result; a refusal is an error. */
export async function command(socket, spec) {
  const reply = await askOne(socket, "cmd", spec);
  if (!reply.ok) throw Object.assign(new Error(reply.error), { reply });
  return reply.result;
}

/**
 * Which of the clients get one event sent with `spec` (a command without op and event), how often.
 * A second emit to the whole namespace marks the end: whatever came before it has arrived.
 */
export async function reached(sender, clients, spec) {
  for (const socket of clients) socket.received = new Queue();
  await command(sender, { op: "emit", event: "wanted", ...spec });
  await command(sender, { op: "emit", nsp: spec.nsp, event: "end" });
  return Promise.all(clients.map(countUntilEnd));
}

async function countUntilEnd(socket) {
  let count = 0;
  for (;;) {
    const [event] = await socket.received.next("the end of the broadcast");
    if (event === "end") return count;
    if (event === "wanted") count += 1;
  }
}

/**
 * One session joined to one namespace by raw packets. `socketId` is the id of the socket; an initial `auth`
 * event has been taken.
 */
export async function rawSocket(server, { nsp = "/plain", auth, transport = "websocket", headers } = {}) {
  const session =
    transport === "polling"
      ? await PollingSession.open(server, { headers })
      : await openWebSocketSession(server, { headers });
  const put = (packet) => (transport === "polling" ? session.post(packet) : session.send(packet));
  const prefix = nsp === "/" ? "" : `${nsp},`;
  await put(`40${prefix}${auth === undefined ? "" : JSON.stringify(auth)}`);
  const answer = await session.next("the answer to CONNECT");
  if (!answer.startsWith(`40${prefix}{`)) throw new Error(`not connected: ${answer}`);
  if (nsp === "/" || nsp === "/custom") await session.next("the auth event");
  const socketId = JSON.parse(answer.slice(2 + prefix.length)).sid;
  return Object.assign(session, { put, prefix, socketId, nsp });
}

/** Watches what the server logs, through its namespace `/log`. */
export async function watchLog(server) {
  const socket = client(server, "/log");
  const entries = [];
  const waiting = new Set();
  socket.on("log", (entry) => {
    entries.push(entry);
    for (const check of waiting) check();
  });
  await connected(socket);
  return {
    entries,
    /** The first entry that has all the given fields, past or to come. */
    find(fields) {
      const matches = (entry) => Object.entries(fields).every(([key, value]) => entry[key] === value);
      let check;
      const found = new Promise((resolve) => {
        check = () => {
          const entry = entries.find(matches);
          if (entry) resolve(entry);
        };
        waiting.add(check);
        check();
      });
      return within(found, `a log entry ${JSON.stringify(fields)}`, patienceMs).finally(() => waiting.delete(check));
    },
  };
}
