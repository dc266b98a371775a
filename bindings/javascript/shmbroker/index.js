import "./platform.js"; // first
export * as abi from "./abi.js";
export { Request, ShmRefusal } from "./calls.js";
export { Channel, listChannels, open } from "./channel.js";
export { ShmError } from "./error.js";
export { Loan, Lock, Peek } from "./in-place.js";
