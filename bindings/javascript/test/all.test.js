// The binding against the real service, which must let this account create channels.
import "./channel.test.js";
import "./threads.test.js";
