import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { runtime } from "../../runtimes/node.js";
import { bundle, temporaryDirectory, withDenoFlags } from "../../runtimes/testing/programs.js";
import { Capsule } from "../capsule.js";
import { type Config, loadConfig } from "../config.js";
import { collect, errorOf } from "../testing/fixtures.js";
import { COMMAND, DaemonServer, STORE_VARIABLE } from "../testing/memory/daemon-server.js";
import { openMemory } from "./open.js";
import { keepFallback } from "./pending-fallbacks.js";

const root = temporaryDirectory();
const server = new DaemonServer(`${root}/memories.json`);
/** A port on which nothing listens any more. */
let deadUrl = "";
let workspaces = 0;

beforeAll(async () => {
  process.env[STORE_VARIABLE] = server.storePath;
  const gone = await new DaemonServer(`${root}/gone.json`).start();
  deadUrl = gone.url;
  await gone.stop();
  await server.start();
});
afterEach(() => server.reset());
afterAll(async () => {
  delete process.env[STORE_VARIABLE];
  await server.stop();
  rmSync(root, { recursive: true });
});

async function configure(file: object = {}, daemon: object = {}): Promise<Config> {
  const workspaceDir = `${root}/workspace-${workspaces++}`;
  mkdirSync(`${workspaceDir}/.speckit`, { recursive: true });
  const local_memory = { url: server.url, command: COMMAND, ...daemon };
  writeFileSync(`${workspaceDir}/.speckit/config.json`, JSON.stringify({ local_memory, ...file }));
  const environment = { platform: "linux", homeDirectory: () => null, variable: () => undefined } as const;
  return loadConfig({ workspaceDir, environment });
}

const pendingOf = ({ capsule }: Config): string[] =>
  runtime.files
    .list(capsule.path.slice(0, capsule.path.lastIndexOf("/")))
    .map(({ name }) => name)
    .filter((name) => name.includes(".fallback-"));

async function fallbacksIn({ capsule }: Config) {
  const reader = await Capsule.open(capsule.path);
  const events = await collect(reader.events({ type: "FallbackActivated" }));
  await reader.close();
  return events;
}

const silent = { onWarning: () => undefined };

describe("openMemory() with memvid", () => {
  it("never asks the daemon when the capsule opens", async () => {
    const config = await configure();
    const memory = await openMemory(config, { create: true });
    const id = await memory.put("mv2://default/S-1/r/artifact/a.md", "alpha beta", { title: "A" });
    expect(await memory.search("alpha")).toEqual([]);
    expect(await memory.commitStage({ stage: "plan", specId: "S-1", runId: "r" })).toMatchObject({ stage: "plan" });
    expect(await memory.search("alpha")).toMatchObject([{ id, uri: id, title: "A", text: "alpha beta" }]);
    expect(await memory.get(id)).toBe("alpha beta");
    await memory.close();
    expect([memory.backend, memory.fallback, server.requests]).toEqual(["memvid", null, []]);
  });

  it("lets a healthy daemon stand in, with a warning, and the next writer stores the event", async () => {
    const config = await configure();
    const onWarning = vi.fn();
    const at = { clock: () => 1_700_000_000_123, specId: "S-1", runId: "run_7" };
    const memory = await openMemory(config, { onWarning, ...at });
    expect(memory).toMatchObject({ backend: "local-memory", fallback: { from: "memvid", to: "local-memory" } });
    expect(onWarning).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("Using local-memory instead"));
    expect(pendingOf(config)).toHaveLength(1);
    await (await openMemory(config, { create: true })).close();
    expect(pendingOf(config)).toEqual([]);
    const [event, ...others] = await fallbacksIn(config);
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      atMs: 1_700_000_000_123,
      payload: {
        from_backend: "memvid",
        to_backend: "local-memory",
        reason: expect.stringMatching(/^NotFound: /),
        operation: "open",
        spec_id: "S-1",
        run_id: "7",
      },
    });
  });

  it("stores an event once, though a crash left its file behind the commit", async () => {
    const config = await configure();
    await (await openMemory(config, { create: true })).close();
    const payload = { from_backend: "memvid", to_backend: "local-memory", reason: "r", operation: "open" };
    const keep = (atMs: number) => keepFallback(runtime, config.capsule.path, { atMs, payload });
    keep(5);
    await (await openMemory(config)).close();
    keep(5);
    keep(6);
    await (await openMemory(config)).close();
    expect((await fallbacksIn(config)).map(({ atMs }) => atMs)).toEqual([5, 6]);
    expect(pendingOf(config)).toEqual([]);
  });

  it("leaves what waits alone when it opens for reading, and says so of a file that holds no event", async () => {
    const config = await configure();
    await (await openMemory(config, { create: true })).close();
    const broken = `${config.capsule.path}.fallback-0000000000000001-0123456789abcdef.json`;
    writeFileSync(broken, "{");
    await (await openMemory(config, { mode: "read" })).close();
    const onWarning = vi.fn();
    await (await openMemory(config, { onWarning })).close();
    expect(onWarning).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(broken));
    expect(pendingOf(config)).toHaveLength(1);
  });

  it("stands in for a capsule that is locked or damaged too, but not for a fault of the call", async () => {
    const config = await configure();
    const holder = await openMemory(config, { create: true });
    expect((await openMemory(config, silent)).fallback?.reason).toMatch(/^LockedByWriter: /);
    await holder.close();
    const fault = await errorOf(openMemory(config, { ...silent, queueCapacity: 0 }));
    expect(fault.code).toBe("InvalidArgument");
    writeFileSync(config.capsule.path, "no capsule at all");
    expect((await openMemory(config, silent)).fallback?.reason).toMatch(/^ForeignFormat: /);
  });

  it("says that the fallback was missing where it is disabled, without asking the daemon", async () => {
    const config = await configure({ memory_fallback: false });
    const error = await errorOf(openMemory(config, silent));
    expect(error).toMatchObject({
      code: "MemoryUnavailable",
      exitCode: 1,
      details: { missing: "fallback", daemon: "disabled", capsule_error: "NotFound" },
      cause: { code: "NotFound" },
    });
    expect(error.message).toContain("disabled");
    expect(server.requests).toEqual([]);
  });

  it.each([
    ["refuses the connection", "refusing", "is not healthy"],
    ["answers with a failure", 503, "status 503"],
    ["doesn't answer in 750 ms", "silent", "no answer within 750 ms"],
  ] as const)("says that the daemon was missing if it %s", async (_name, health, told) => {
    if (health !== "refusing") server.health = health;
    const config = await configure({}, health === "refusing" ? { url: deadUrl } : {});
    const error = await errorOf(openMemory(config, silent));
    expect(error).toMatchObject({ code: "MemoryUnavailable", details: { missing: "daemon", daemon: "unhealthy" } });
    expect(error.message).toContain(told);
    expect(runtime.files.stat(config.capsule.path.replace("/workspace.mv2", ""))).toBeNull();
  });
});

describe("openMemory() with local-memory", () => {
  const backend = { memory_backend: "local-memory" };

  it("needs the daemon healthy, and never falls back to the capsule", async () => {
    const config = await configure(backend, { url: deadUrl });
    const error = await errorOf(openMemory(config, { create: true }));
    expect(error).toMatchObject({ code: "MemoryUnavailable", details: { missing: "daemon" } });
  });

  it("searches by its command, and gives the URI that put() tagged", async () => {
    const memory = await openMemory(await configure(backend), { specId: "S-1", runId: "r" });
    const id = await memory.put({ path: "a.md" }, "alpha beta", { title: "Greek", tags: ["x"] });
    server.add("alpha alone", []);
    const uri = "mv2://default/S-1/r/artifact/a.md";
    expect(server.memories[0]).toEqual({ id, content: "Greek\n\nalpha beta", tags: [uri, "x"] });
    expect(await memory.search("alpha beta")).toEqual([
      { id, uri, score: 1, title: null, text: "Greek\n\nalpha beta" },
      { id: "m2", uri: null, score: 0.5, title: null, text: "alpha alone" },
    ]);
    expect(await memory.search("alpha", { limit: 1 })).toHaveLength(1);
    expect(await memory.get(uri)).toBe("Greek\n\nalpha beta");
    expect(await memory.get("mv2://default/S-1/r/artifact/b.md")).toBeNull();
    expect(server.requests.filter((request) => request.includes("search"))).toHaveLength(1);
    await memory.close();
    expect((await errorOf(memory.search("alpha"))).code).toBe("Closed");
  });

  it.each([
    ["the command isn't there", "alpha", { command: "speckit-no-such-command" }],
    ["the query looks like an option", "-alpha", {}],
  ])("searches by REST if %s", async (_name, query, daemon) => {
    const memory = await openMemory(await configure(backend, daemon));
    const id = server.add("-alpha beta", []);
    expect(await memory.search(query)).toMatchObject([{ id, score: 0.5 }]);
    expect(server.requests).toContain("GET /api/v1/memories/search");
  });

  it.each([
    ["fault: exit", "ended with 3: the store is locked"],
    ["fault: told", "no license"],
    ["fault: text", "not JSON"],
  ])("tells why its command failed: %s", async (query, told) => {
    const memory = await openMemory(await configure(backend));
    const error = await errorOf(memory.search(query));
    expect(error).toMatchObject({ code: "MemoryBackendFailed", exitCode: 2 });
    expect(error.message).toContain(told);
  });
});

describe("openMemory() on every runtime", () => {
  const run = promisify(execFile);
  /** Under Deno no permission covers it, so its configuration is passed over. */
  const home = `${root}/home`;

  async function reportOf(host: "node" | "bun" | "deno", flags: (directory: string) => readonly string[]) {
    server.reset();
    const directory = `${root}/${host}-${workspaces++}`;
    mkdirSync(`${directory}/.speckit/memvid`, { recursive: true });
    writeFileSync(`${directory}/.speckit/config.json`, JSON.stringify({ capture: { mode: "none" } }));
    const script = "../../sdk/testing/memory/memory.script.ts";
    const program = withDenoFlags(bundle(host, script, `${root}/bundles-${workspaces++}`), ...flags(directory));
    const args = [...program.args, directory, server.url, COMMAND, deadUrl];
    const env = { ...process.env, HOME: home };
    const { stdout } = await run(program.file, args, { env });
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  const access = (directory: string) => [`--allow-read=${directory}`, `--allow-write=${directory}`];
  const net = () => `--allow-net=${server.host},${new URL(deadUrl).host}`;

  it("comes to the same on Node, Bun and Deno", { timeout: 60_000 }, async () => {
    const node = await reportOf("node", () => []);
    expect(node).toMatchObject({
      sources: ["/.speckit/config.json"],
      denied: { code: "MemoryUnavailable", details: { missing: "fallback" } },
      unreachable: { code: "MemoryUnavailable", details: { missing: "daemon" } },
      fallen: {
        backend: "local-memory",
        stage: null,
        hits: [{ id: "m1", uri: "mv2://default/S-1/7/artifact/retry.md", score: 1 }],
        texts: ["Retries grow with a budget.", "Retries grow with a budget.", null],
      },
      waiting: 1,
      stored: { backend: "memvid", fallback: null, stage: "plan", text: "Retries grow with a budget." },
      left: ["workspace.mv2", "workspace.mv2.lock"],
    });
    expect(await reportOf("bun", () => [])).toEqual(node);
    const deno = await reportOf("deno", (directory) => [
      ...access(directory),
      net(),
      `--allow-run=${COMMAND}`,
      "--allow-env",
    ]);
    expect(deno).toEqual(node);
  });

  it("works under Deno without programs, variables and home: the search goes by REST", {
    timeout: 60_000,
  }, async () => {
    const report = await reportOf("deno", (directory) => [...access(directory), net()]);
    expect(report).toMatchObject({ fallen: { backend: "local-memory", hits: [{ id: "m1", score: 0.5 }] }, waiting: 1 });
    expect(server.requests).toContain("GET /api/v1/memories/search");
  });
});
