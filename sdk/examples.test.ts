import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runBranchName } from "./branch-names.js";
import { canonicalJson } from "./canonical-json.js";
import { Capsule } from "./capsule.js";
import { type Config, loadConfig } from "./config.js";
import { CapsuleError } from "./errors.js";
import { putCard, setPolicy } from "./objects.js";
import type { OpenOptions } from "./options.js";
import { pipeline } from "./pipeline.js";
import { memoryMachine, newCapsule } from "./testing/fixtures.js";
import { checkUri, formatUri } from "./uri.js";

interface Example {
  readonly file: string;
  readonly code: string;
  /** What the example's last comment says that its value is. */
  readonly expected: string | null;
}

/** The `@example` blocks of the docstrings beside this file. */
function examples(): Example[] {
  const folder = new URL("./", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  return files.flatMap((file) => {
    const comments = readFileSync(new URL(file, folder), "utf8").match(/\/\*\*[\s\S]*?\*\//g) ?? [];
    return comments.flatMap((comment) => {
      const body = /@example([\s\S]*?)\*\/$/.exec(comment)?.[1];
      if (body === undefined) return [];
      const code = body.replace(/^\s*\* ?/gm, "").trim();
      return [{ file, code, expected: /\/\/ (.*)$/.exec(code)?.[1] ?? null }];
    });
  });
}

const AsyncFunction = (async () => undefined).constructor as new (
  ...args: string[]
) => (...args: unknown[]) => Promise<unknown>;

/** Runs an example in a world that has what its names stand for. */
async function run({ code, expected }: Example): Promise<unknown> {
  const runtime = memoryMachine();
  const path = ".speckit/memvid/workspace.mv2";
  await (await Capsule.create(path, { runtime })).close();
  const { capsule } = await newCapsule();
  const uri = await capsule.put({ path: "notes.md" }, "the retry budget");
  await capsule.put({ path: "plan.md", specId: "SPEC-1", runId: "abc" }, "on a run");
  await capsule.commit({ label: "plan done" });
  const passphrase = "correct horse battery staple";
  if (code.includes("run-abc.mv2e"))
    await capsule.export({ runId: "abc", out: "run-abc.mv2e", safe: false, passphrase, workFactor: 2 });
  const world = {
    Capsule: { open: (at: string, options: OpenOptions) => Capsule.open(at, { ...options, runtime }) },
    CapsuleError,
    canonicalJson,
    checkUri,
    formatUri,
    runBranchName,
    putCard,
    setPolicy,
    loadConfig: () => loadConfig({ runtime }),
    pipeline: (config: Config) => pipeline(config, { runtime }),
    capsule,
    uri,
    path,
    passphrase,
    files: [{ path: "a.md", text: "a" }],
  };
  // A block of its own: an example may name its results as the world does.
  const body = expected === null ? `{ ${code}\n}` : `return ${code}`;
  const value = await new AsyncFunction(...Object.keys(world), body)(...Object.values(world));
  await capsule.close();
  return value;
}

describe("the docstrings' examples", () => {
  const found = examples();

  it("are there", () => {
    expect(found.length).toBeGreaterThanOrEqual(13);
  });

  it.each(found)("$file: $code", async (example) => {
    const value = await run(example);
    if (example.expected !== null) expect(value).toBe(new Function(`return ${example.expected}`)());
  });
});
