/** One leg of a relay: opens (or creates) the capsule, continues it, closes it. Started in one runtime after another. */
import { existsSync } from "node:fs";
import { Capsule } from "speckit-capsule";
import { documents, fixed } from "speckit-capsule/conformance";

const [path, leg] = globalThis.Deno?.args ?? process.argv.slice(2);
const number = Number(leg);
const capsule = existsSync(path)
  ? await Capsule.open(path, { mode: "write", ...fixed(100 + number) })
  : await Capsule.create(path, fixed(100));
await capsule.putMany(documents(70, number * 60));
await capsule.commit({ label: `leg ${number}` });
const { hits } = await capsule.search("retry budget", { limit: 5 });
await capsule.close();
console.log(hits.length);
