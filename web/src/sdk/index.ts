// What the package `parley-client` offers: connecting, chatting and calling, without a view and without React.

export type * from "../../../contract/types/events.js";
export type {
  CallEnd,
  CallOutcome,
  CallState,
  Device,
  DeviceFault,
  Facing,
  Line,
  Media,
  Quality,
} from "../call/state.js";
export { type CallNews, CallService, type CallStreams, type Rtc, browserRtc } from "./call_service.js";
export { type Clock, systemClock } from "./clock.js";
export type { Connection, SignedOut } from "./connection.js";
export { type RestAnswer, RestClient, type RestFault, type RestOptions, type UploadOptions } from "./rest_client.js";
export { SessionStore, type StorageArea, type StorageAreas, memoryStorage } from "./session_store.js";
export { type ParleySocket, type SocketOptions, SocketService } from "./socket_service.js";
