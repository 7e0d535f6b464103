import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Runtime } from "../runtimes/contract.js";
import { createMemoryRuntime } from "../runtimes/memory.js";
import { encodeUtf8 } from "../runtimes/std.js";
import { type Config, loadConfig } from "./config.js";
import { configJsonSchema } from "./schema/config.js";
import { errorOf } from "./testing/fixtures.js";

const root = new URL("../", import.meta.url);
const HOME = "/home/ada";
const environment = (variables: Readonly<Record<string, string>> = {}) => ({
  platform: "linux" as const,
  homeDirectory: () => HOME,
  variable: (name: string) => variables[name],
});

/** A machine with these configuration files; what isn't text is written as JSON. */
function machine(files: { readonly home?: unknown; readonly workspace?: unknown }): Runtime {
  const runtime = createMemoryRuntime();
  const write = (directory: string, value: unknown) => {
    if (value === undefined) return;
    runtime.files.makeDirectory(directory);
    const text = typeof value === "string" ? value : JSON.stringify(value);
    runtime.files.writeFile(`${directory}/config.json`, encodeUtf8(text));
  };
  write(`${HOME}/.config/speckit`, files.home);
  write("/project/.speckit", files.workspace);
  return runtime;
}

const load = (runtime: Runtime, variables?: Readonly<Record<string, string>>): Promise<Config> =>
  loadConfig({ workspaceDir: "/project", runtime, environment: environment(variables) });

describe("loadConfig()", () => {
  it("gives the documented defaults where there is no file", async () => {
    const config = await load(machine({}));
    expect(config).toEqual({
      memoryBackend: "memvid",
      memoryFallback: true,
      localMemory: { url: "http://localhost:3002", command: "local-memory" },
      capsule: {
        path: "/project/.speckit/memvid/workspace.mv2",
        workspaceId: "default",
        writerQueue: 100,
        export: { mode: "risk", dir: null, retentionDays: 30, keepPinned: true, recipients: [], signKey: null },
        trustedKeys: [],
      },
      capture: { mode: "prompts_only", sanitizeOnIngest: false },
      environmentRunId: null,
      sources: [],
      skipped: [],
    });
  });

  it("puts the workspace's file over the user's, key by key at every depth, and lists whole", async () => {
    const home = {
      memory_backend: "local-memory",
      capsule: { writer_queue: 7, export: { retention_days: 3, recipients: ["a", "b"] }, trusted_keys: ["x"] },
      capture: { mode: "none" },
    };
    const workspace = {
      $schema: "./config.schema.json",
      memory_fallback: false,
      local_memory: { url: "https://memory.example:4000" },
      capsule: { path: "store/c.mv2", export: { dir: "/exports", recipients: ["c"] } },
    };
    const config = await load(machine({ home, workspace }));
    expect(config).toMatchObject({
      memoryBackend: "local-memory",
      memoryFallback: false,
      localMemory: { url: "https://memory.example:4000", command: "local-memory" },
      capsule: {
        path: "/project/store/c.mv2",
        writerQueue: 7,
        export: { dir: "/exports", retentionDays: 3, recipients: ["c"] },
        trustedKeys: ["x"],
      },
      capture: { mode: "none", sanitizeOnIngest: false },
      sources: [`${HOME}/.config/speckit/config.json`, "/project/.speckit/config.json"],
    });
  });

  it("tells SPECKIT_RUN_ID as it was set, and takes an empty one for none", async () => {
    expect((await load(machine({}), { SPECKIT_RUN_ID: "run_7" })).environmentRunId).toBe("run_7");
    expect((await load(machine({}), { SPECKIT_RUN_ID: "" })).environmentRunId).toBeNull();
  });

  it.each([
    ["an unknown key", { capsule: { pth: "x" } }, ["capsule.pth"]],
    ["several", { a: 1, capture: { mode: "all", b: 2 } }, ["capture.mode", "capture.b", "a"]],
    ["a queue of none", { capsule: { writer_queue: 0 } }, ["capsule.writer_queue"]],
    ["a URL of another kind", { local_memory: { url: "file:///etc" } }, ["local_memory.url"]],
    ["a workspace id that is no component", { capsule: { workspace_id: "a/b" } }, ["capsule.workspace_id"]],
    ["a key that means an object's prototype", '{"__proto__":{"memory_fallback":false}}', ["__proto__"]],
    ["a list", [], [""]],
  ])("names file and keys of %s", async (_name, workspace, keys) => {
    const error = await errorOf(load(machine({ workspace })));
    expect(error).toMatchObject({
      code: "InvalidConfig",
      exitCode: 1,
      details: { path: "/project/.speckit/config.json" },
    });
    const problems = error.details["problems"] as { key: string }[];
    expect(problems.map(({ key }) => key).sort()).toEqual([...keys].sort());
    for (const key of keys.filter((key) => key !== "")) expect(error.message).toContain(JSON.stringify(key));
  });

  it("names the file that isn't JSON, and one that isn't UTF-8", async () => {
    expect(await errorOf(load(machine({ home: "{" })))).toMatchObject({ code: "InvalidConfig" });
    const runtime = machine({ workspace: {} });
    runtime.files.writeFile("/project/.speckit/config.json", Uint8Array.of(0xff, 0xfe));
    expect((await errorOf(load(runtime))).message).toContain("not UTF-8");
  });
});

describe("docs", () => {
  it("docs/config.schema.json is made from the zod schema (vitest --update writes it)", async () => {
    const biome = fileURLToPath(new URL("node_modules/.bin/biome", root));
    const input = JSON.stringify(configJsonSchema(), null, 2);
    const text = execFileSync(biome, ["format", "--stdin-file-path=schema.json"], {
      input,
      encoding: "utf8",
      cwd: root,
    });
    await expect(text).toMatchFileSnapshot("../docs/config.schema.json");
  });

  it("docs/configuration.md has a row for every key, and no others", () => {
    type Node = { readonly properties?: Readonly<Record<string, Node>> };
    const leaves = (node: Node, path: string): string[] =>
      Object.entries(node.properties ?? {}).flatMap(([key, child]) =>
        child.properties === undefined ? [path + key] : leaves(child, `${path}${key}.`),
      );
    const keys = leaves(configJsonSchema() as Node, "").filter((key) => key !== "$schema");
    const text = readFileSync(new URL("docs/configuration.md", root), "utf8");
    const rows = [...text.matchAll(/^\| `([a-z_.]+)` \|/gm)].map(([, key]) => key);
    expect(rows).toEqual(keys);
    expect(keys.length).toBe(16);
  });
});
