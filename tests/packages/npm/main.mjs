import { open } from "shmbroker";

const writer = await open("npm", { access: "write", create: true, kind: "queue", capacity: 4096 });
const reader = await open("npm", { access: "read" });
await writer.write(Buffer.from("Hello"));
const message = await reader.read({ timeout: 60_000 });
if (message?.data.toString() !== "Hello") throw new Error(`read ${message?.data}`);
await Promise.all([writer.close(), reader.close()]);
console.log("1 passed, 0 failed");
