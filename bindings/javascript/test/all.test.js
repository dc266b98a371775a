// The binding against the real service, which must let this account create channels.
import "./calls.test.js";
import "./channel.test.js";
import "./threads.test.js";
