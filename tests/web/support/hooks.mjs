// What the tests see of a page's calls: put into each page before its own scripts, so that the product needs to export
// nothing for them.

/** Runs in the page. Keeps every peer connection and every track of a camera or microphone that the page ever had. */
export function installHooks({ relayOnly }) {
  const seen = { peers: [], tracks: [], tones: 0 };
  Object.defineProperty(window, "seenByTests", { value: seen });

  const Peer = window.RTCPeerConnection;
  window.RTCPeerConnection = class RTCPeerConnection extends Peer {
    constructor(configuration) {
      super({ ...configuration, ...(relayOnly ? { iceTransportPolicy: "relay" } : {}) });
      seen.peers.push(this);
    }
  };
  const keep = (tracks) => seen.tracks.push(...tracks);
  const devices = navigator.mediaDevices;
  // Only a page of a secure origin has any; about:blank has none.
  if (!devices) return;
  for (const name of ["getUserMedia", "getDisplayMedia"]) {
    const native = devices[name].bind(devices);
    devices[name] = async (constraints) => {
      const stream = await native(constraints);
      keep(stream.getTracks());
      return stream;
    };
  }
  const clone = MediaStreamTrack.prototype.clone;
  MediaStreamTrack.prototype.clone = function () {
    const copy = clone.call(this);
    keep([copy]);
    return copy;
  };
  const start = AudioScheduledSourceNode.prototype.start;
  AudioScheduledSourceNode.prototype.start = function (...when) {
    seen.tones += 1;
    return start.apply(this, when);
  };
}

/** Runs in the page: what its calls send and receive, and what its elements show of it. */
export async function readCalls() {
  const { peers, tracks } = window.seenByTests;
  // The tracks themselves: in the page of a call with itself both ends have the same ids.
  const remote = new Set(peers.flatMap((peer) => peer.getReceivers().map(({ track }) => track)));
  const elements = [...document.querySelectorAll("video, audio")]
    .filter((each) => each.srcObject)
    .map((each) => ({
      tag: each.localName,
      remote: each.srcObject.getTracks().some((track) => remote.has(track)),
      kinds: each.srcObject.getTracks().map(({ kind }) => kind),
      live: each.srcObject.getTracks().some(({ readyState }) => readyState === "live"),
      muted: each.muted || each.volume === 0,
      paused: each.paused,
      at: each.currentTime,
      width: each.videoWidth ?? 0,
    }));
  const open = peers.filter(({ signalingState }) => signalingState !== "closed");
  const statistics = await Promise.all(open.map(async (peer) => [...(await peer.getStats()).values()]));
  const inbound = (kind) => statistics.flat().filter((each) => each.type === "inbound-rtp" && each.kind === kind);
  const sum = (all, field) => all.reduce((total, each) => total + (each[field] ?? 0), 0);
  const byId = new Map(statistics.flat().map((each) => [each.id, each]));
  const pairs = statistics
    .flat()
    .filter(({ type, nominated, state }) => type === "candidate-pair" && nominated && state === "succeeded")
    .map((pair) => [byId.get(pair.localCandidateId), byId.get(pair.remoteCandidateId)])
    .map(([local, far]) => ({ local: local?.candidateType, remote: far?.candidateType, relay: local?.relayProtocol }));
  return {
    peers: peers.map((peer) => ({ signaling: peer.signalingState, connection: peer.connectionState, ice: peer.iceConnectionState })),
    open: open.length,
    tracks: tracks.map(({ kind, readyState, enabled }) => ({ kind, readyState, enabled })),
    elements,
    framesDecoded: sum(inbound("video"), "framesDecoded"),
    packetsReceived: sum(inbound("audio"), "packetsReceived"),
    audioEnergy: sum(inbound("audio"), "totalAudioEnergy"),
    pairs,
  };
}
