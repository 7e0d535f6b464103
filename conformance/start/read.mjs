/**
 * Reads a capsule in whatever runtime this is started in and prints one digest over what it got: search results with their scores at
 * the head and at an earlier checkpoint, contents, lists. `npm start` compares the digests of Node, Bun and Deno.
 */
import { Capsule } from "speckit-capsule";

const [path, checkpoint, ...queries] = globalThis.Deno?.args ?? process.argv.slice(2);

async function digestOf(reader) {
  const seen = [];
  for (const query of queries) {
    const { hits, resultsDigest } = await reader.search(query, { limit: 20 });
    seen.push(query, resultsDigest, ...hits.map((hit) => `${hit.uri} ${hit.score} ${hit.snippet}`));
  }
  let count = 0;
  for await (const entry of reader.list()) {
    count++;
    if (count % 97 === 0) seen.push(entry.uri, await reader.get(entry.uri, { as: "text" }));
  }
  seen.push(String(count));
  return seen;
}

const capsule = await Capsule.open(path);
const now = await digestOf(capsule);
const then = await digestOf(await capsule.at(checkpoint));
await capsule.close();
const bytes = new TextEncoder().encode([...now, ...then].join("\n"));
const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
console.log(Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join(""));
