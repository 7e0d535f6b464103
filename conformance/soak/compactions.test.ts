/** Compactions that are killed: the old or the new capsule stands there, whole, and can be written and compacted. */

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Capsule } from "../../sdk/capsule.js";
import type { Readable } from "../../sdk/readable.js";
import { collect, noise } from "../../sdk/testing/fixtures.js";
import { type Host, hosts } from "../bench/programs.js";

const ROUNDS = 10;
const DOCUMENTS = 300;
const compactor = fileURLToPath(new URL("./agents/compactor.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "speckit-compactions-"));
const original = join(folder, "original.mv2");
let before: string;

beforeAll(async () => {
  execFileSync(process.execPath, [fileURLToPath(new URL("../ensure-build.mjs", import.meta.url))]);
  const capsule = await Capsule.create(original, { specId: "S" });
  for (const label of ["first", "second", "third"]) {
    for (let i = 0; i < DOCUMENTS; i++) await capsule.put({ path: `${i}.md` }, `${label} ${i} `.repeat(1 + (i % 200)));
    await capsule.put({ path: `${label}.bin` }, noise(1_500_000));
    await capsule.commit({ label });
  }
  await capsule.close();
  before = await shown(original);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function contentsOf(reader: Readable): Promise<unknown[]> {
  const contents: unknown[] = [];
  for (const { uri } of await collect(reader.list()))
    contents.push([uri, Buffer.from((await reader.get(uri)) as Uint8Array).toString("base64")]);
  const { hits } = await reader.search("third", { limit: 20, snippets: false });
  return [contents, hits.map(({ uri, score }) => [uri, score])];
}

/** All that a capsule shows, at the head and as of each checkpoint, once every byte of it was verified. */
async function shown(path: string): Promise<string> {
  // The killed process may have left its name in the lock file, which doctor tells, and which holds nobody up.
  const findings = await Capsule.doctor(path, { deep: true });
  expect(findings.filter(({ code }) => code !== "StaleLock" && code !== "Healthy")).toEqual([]);
  const capsule = await Capsule.open(path);
  const views = [await contentsOf(capsule)];
  for (const label of ["first", "second", "third"]) views.push(await contentsOf(await capsule.at(label)));
  await capsule.close();
  return JSON.stringify(views);
}

/** Milliseconds that a compaction took, or null if it was killed, `afterMs` after it began. */
async function compactOn({ command, args }: Host, path: string, afterMs: number): Promise<number | null> {
  const child = spawn(command, [...args, compactor]);
  const closed = once(child, "close");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe("ready");
  const startedAt = performance.now();
  child.stdin.write(`${JSON.stringify([path])}\n`);
  const ended = lines.next().then(() => performance.now() - startedAt);
  const tookMs = await Promise.race([ended, pause(afterMs, null, { ref: false })]);
  child.kill("SIGKILL");
  await closed;
  return tookMs;
}

test.each(hosts)("a compaction on $name that is killed leaves the old capsule or the new one", async (host) => {
  const whole = join(folder, `${host.name}-whole.mv2`);
  copyFileSync(original, whole);
  const tookMs = await compactOn(host, whole, 60_000);
  if (tookMs === null) throw new Error("A compaction that nobody disturbed didn't end");
  const compacted = readFileSync(whole).length;
  let old = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const directory = join(folder, `${host.name}-${round}`);
    const path = join(directory, "run.mv2");
    mkdirSync(directory);
    copyFileSync(original, path);
    await compactOn(host, path, (tookMs * round) / ROUNDS);

    const isOld = readFileSync(path).equals(readFileSync(original));
    if (isOld) old++;
    else expect(readFileSync(path)).toHaveLength(compacted);
    expect(await shown(path)).toBe(before);
    const names = readdirSync(directory).filter((name) => !/^run\.mv2(\.lock)?$/.test(name));
    for (const name of names) expect(name).toMatch(/^run\.mv2\.[0-9a-f]{16}\.speckit-tmp$/);
    expect(names.length).toBeLessThanOrEqual(1);

    const writer = await Capsule.open(path, { mode: "write", specId: "S" });
    await writer.put({ path: "later.md" }, "later");
    await writer.close();
    await Capsule.compact(path);
    expect(await Capsule.doctor(path, { deep: true })).toMatchObject([{ code: "Healthy" }]);
  }
  expect(old).toBeGreaterThan(0);
});
