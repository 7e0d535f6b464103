/** Writes a capsule from a JSON file of documents with a fixed clock and fixed randomness: its bytes must not depend on the runtime. */
import { readFileSync } from "node:fs";
import { Capsule } from "speckit-capsule";

const [path, documentsFile] = globalThis.Deno?.args ?? process.argv.slice(2);
const documents = JSON.parse(readFileSync(documentsFile, "utf8"));

let time = 1_700_000_000_000;
let seed = 1;
const clock = () => time++;
function nextByte() {
  seed = (seed * 48271) % 2147483647;
  return seed & 0xff;
}
const random = (count) => Uint8Array.from({ length: count }, nextByte);

const capsule = await Capsule.create(path, { clock, random });
const half = documents.length >> 1;
await capsule.putMany(documents.slice(0, half));
await capsule.commit({ label: "first half" });
await capsule.putMany(documents.slice(half));
await capsule.commit({ label: "all" });
await capsule.close();
