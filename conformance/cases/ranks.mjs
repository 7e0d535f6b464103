/** Prints the results digests of the given queries in the given capsules. */
import { Capsule } from "speckit-capsule";

const [limit, queries, ...paths] = globalThis.Deno?.args ?? process.argv.slice(2);
const lines = [];
for (const path of paths) {
  const capsule = await Capsule.open(path);
  for (const query of JSON.parse(queries)) {
    lines.push((await capsule.search(query, { limit: Number(limit), snippets: false })).resultsDigest);
  }
  await capsule.close();
}
console.log(lines.join("\n"));
