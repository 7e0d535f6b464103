/** Encrypts a file for a recipient, as the program `age` does. */
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { encryptTo } from "speckit-capsule/age";
import { parameters } from "./support.mjs";

const { path, out, recipient } = parameters;
const from = openSync(path, "r");
const to = openSync(out, "w");
const piece = new Uint8Array(1 << 20);
const writer = encryptTo((bytes) => writeSync(to, bytes), { recipients: [recipient] });
for (let count = readSync(from, piece); count > 0; count = readSync(from, piece))
  writer.write(piece.subarray(0, count));
writer.finish();
closeSync(from);
closeSync(to);
