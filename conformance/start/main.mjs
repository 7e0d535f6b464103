/**
 * `npm start`: the main job on real input. Ingests the documentation and type declarations of the installed packages, makes two
 * checkpoints with changes between them, searches, travels back, verifies everything, and shows that Node, Bun and Deno agree.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Capsule } from "speckit-capsule";
import { findDocuments, readDocument } from "./documents.mjs";
import { heading, line, progress, step } from "./report.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const packages = join(root, "node_modules");
const folder = mkdtempSync(join(tmpdir(), "speckit-start-"));
const path = join(folder, "workspace.mv2");
const queries = [
  "retry with exponential backoff",
  "abort signal",
  "parse command line options",
  "unicode normalization",
  "memory leak",
];
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

function assert(condition, message) {
  if (!condition) throw new Error(message);
}

async function ingest(capsule, paths) {
  let textBytes = 0;
  function* documents() {
    for (const [index, each] of paths.entries()) {
      if (index % 50 === 0) progress("ingest", index, paths.length);
      const document = readDocument(packages, each);
      textBytes += Buffer.byteLength(document.content);
      yield document;
    }
  }
  await capsule.putMany(documents());
  return textBytes;
}

async function showHits(reader, title) {
  for (const query of queries.slice(0, 3)) {
    const start = performance.now();
    const { hits } = await reader.search(query, { limit: 3 });
    line(`${title} "${query}"`, `${(performance.now() - start).toFixed(2)} ms`);
    for (const hit of hits)
      console.log(`      ${hit.score.toFixed(3)}  ${hit.uri.slice("mv2://default/workspace/main/artifact/".length)}`);
  }
}

/** The runtimes that are here, with how to start a script in each. */
function runtimes() {
  const bin = (name) => join(packages, ".bin", process.platform === "win32" ? `${name}.cmd` : name);
  const deno = ["run", "--no-prompt", `--allow-read=${root},${folder}`, `--allow-write=${folder}`];
  return [
    { name: "Node", program: process.execPath, args: [] },
    { name: "Bun", program: bin("bun"), args: [] },
    { name: "Deno", program: bin("deno"), args: deno },
  ].filter(({ name, program }) => {
    if (existsSync(program)) return true;
    line(name, "isn't installed here: left out");
    return false;
  });
}

function runScript(runtime, script, args) {
  const options = { cwd: root, encoding: "utf8", shell: process.platform === "win32" };
  return execFileSync(runtime.program, [...runtime.args, join(here, script), ...args], options).trim();
}

/** Runs a script in each runtime; all must give the same digest. */
async function agree(label, digestOf) {
  const digests = new Map();
  for (const runtime of runtimes()) {
    await step(`${label} ${runtime.name}`, async () => {
      const digest = digestOf(runtime);
      digests.set(runtime.name, digest);
      return { text: digest.slice(0, 16) };
    });
  }
  assert(
    new Set(digests.values()).size === 1,
    `The runtimes disagree (${label.trim()}): ${JSON.stringify([...digests])}`,
  );
}

try {
  heading("Documents");
  const paths = await step("find documentation and declarations", async () => {
    const found = findDocuments(packages);
    return { value: found, text: `${found.length} files` };
  });

  heading("First checkpoint");
  const capsule = await Capsule.create(path);
  const textBytes = await step("ingest", async () => {
    const bytes = await ingest(capsule, paths);
    return { value: bytes, text: megabytes(bytes) };
  });
  const first = await step("commit", async () => {
    const { checkpoint } = await capsule.commit({ label: "installed" });
    return { value: checkpoint, text: `checkpoint ${checkpoint.id}` };
  });
  line(
    "file",
    `${megabytes(statSync(path).size)}, ${(statSync(path).size / textBytes).toFixed(2)} of the text, index included`,
  );
  await showHits(capsule, "search");

  heading("Second checkpoint: changed, added and removed documents");
  const changed = paths.filter((_, index) => index % 10 === 0);
  const removed = paths.filter((_, index) => index % 10 === 5);
  await step("change, add, remove", async () => {
    await capsule.putMany(
      changed.map((each) => {
        const document = readDocument(packages, each);
        return {
          ...document,
          content: `${document.content}\n\nReviewed: retry with exponential backoff, then abort.\n`,
        };
      }),
    );
    await capsule.put({ path: "notes/retry.md" }, "# Retries\n\nRetry with exponential backoff and jitter.\n", {
      title: "Retries",
    });
    for (const each of removed) await capsule.remove(`mv2://default/workspace/main/artifact/${each}`);
    return { text: `${changed.length} changed, 1 added, ${removed.length} removed` };
  });
  await step("commit", async () => {
    const { checkpoint } = await capsule.commit({ label: "reviewed" });
    return { text: `checkpoint ${checkpoint.id}` };
  });
  await showHits(capsule, "search");

  heading("Back in time");
  const before = await capsule.at("installed");
  await showHits(before, "as of the first");
  await step("compare contents then and now", async () => {
    for (const each of changed.slice(0, 200)) {
      const uri = `mv2://default/workspace/main/artifact/${each}`;
      const [then, now] = [await before.get(uri, { as: "text" }), await capsule.get(uri, { as: "text" })];
      assert(
        then === readDocument(packages, each).content && now.startsWith(then) && now !== then,
        `${uri} isn't what it was`,
      );
    }
    for (const each of removed.slice(0, 200)) {
      const uri = `mv2://default/workspace/main/artifact/${each}`;
      assert(
        (await capsule.get(uri, { as: "text" })) === null && (await before.get(uri, { as: "text" })) !== null,
        `${uri} isn't removed`,
      );
    }
    return { text: "every one as it was at its checkpoint" };
  });
  await capsule.close();

  heading("Verification");
  await step("check every hash, batch and page", async () => {
    const onProgress = (done, total) => progress("check every hash, batch and page", done, total);
    const diagnostics = await Capsule.doctor(path, { deep: true, onProgress });
    const errors = diagnostics.filter((each) => each.level === "error");
    assert(errors.length === 0, `The capsule has errors: ${JSON.stringify(errors)}`);
    return { text: `${megabytes(statSync(path).size)}, no errors` };
  });

  heading("Node, Bun and Deno");
  const id = first.id;
  await agree("reads the same:", (runtime) => runScript(runtime, "read.mjs", [path, id, ...queries]));
  const documentsFile = join(folder, "documents.json");
  writeFileSync(
    documentsFile,
    JSON.stringify(paths.filter((_, index) => index % 4 === 0).map((each) => readDocument(packages, each))),
  );
  await agree("writes the same bytes:", (runtime) => {
    const written = join(folder, `${runtime.name}.mv2`);
    runScript(runtime, "write.mjs", [written, documentsFile]);
    return createHash("sha256").update(readFileSync(written)).digest("hex");
  });

  const kept = join(root, ".speckit", "memvid");
  mkdirSync(kept, { recursive: true });
  writeFileSync(join(kept, "workspace.mv2"), readFileSync(path));
  heading("Done");
  console.log(`  The capsule is ${join(".speckit", "memvid", "workspace.mv2")}. Try:`);
  console.log('    npx speckit capsule search "abort signal"');
  console.log("    npx speckit capsule stats\n");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
