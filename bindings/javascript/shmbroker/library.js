// Where shmclient.dll is: in this folder, or where Windows looks for it: beside node.exe, or on the PATH.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import koffi from "koffi";

const NAME = "shmclient.dll";
const beside = fileURLToPath(new URL(NAME, import.meta.url));

export const library = koffi.load(existsSync(beside) ? beside : NAME);
