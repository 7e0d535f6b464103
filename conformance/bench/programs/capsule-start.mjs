/** The least that a program does with a capsule. Takes its path from JSON, as the other programs do. */
import { Capsule } from "speckit-capsule";

const { path } = JSON.parse((globalThis.Deno?.args ?? process.argv.slice(2))[0]);
const capsule = await Capsule.open(path);
await capsule.search("retry budget");
await capsule.close();
