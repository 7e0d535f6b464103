#!/usr/bin/env node
/**
 * The command of a local-memory daemon, as far as search goes: ranks the memories in the JSON file that
 * LOCAL_MEMORY_TEST_STORE names by how many words of the query they hold. Some queries ask for a fault.
 */

import { readFileSync } from "node:fs";
import process from "node:process";

const [verb, query, limitFlag, limit, jsonFlag] = process.argv.slice(2);
if (verb !== "search" || limitFlag !== "--limit" || jsonFlag !== "--json") {
  process.stderr.write(`unknown arguments: ${process.argv.slice(2).join(" ")}\n`);
  process.exit(2);
}
if (query === "fault: exit") {
  process.stderr.write("the store is locked\n");
  process.exit(3);
}
if (query === "fault: told") {
  process.stdout.write(JSON.stringify({ success: false, data: null, error: "no license" }));
  process.exit(1);
}
if (query === "fault: text") {
  process.stdout.write("Searching…\n");
  process.exit(0);
}
const memories = JSON.parse(readFileSync(process.env.LOCAL_MEMORY_TEST_STORE, "utf8"));
const words = query.toLowerCase().split(/\s+/);
const results = memories
  .map((memory) => ({ memory, hits: words.filter((word) => memory.content.toLowerCase().includes(word)).length }))
  .filter(({ hits }) => hits > 0)
  .sort((a, b) => b.hits - a.hits)
  .slice(0, Number(limit))
  .map(({ memory, hits }) => ({ memory, relevance_score: hits / words.length }));
process.stdout.write(JSON.stringify({ success: true, data: { results, total_results: results.length }, error: null }));
