/** Every command: what it does, and that its JSON is what its schema says. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Capsule } from "../../capsule.js";
import { TOOL_VERSION } from "../version.js";
import { Workspace } from "./command.js";

const PLAN = "mv2://default/workspace/main/artifact/plan.md";
const BINARY = Uint8Array.of(0, 1, 2, 255);

/** A workspace for the tests of one command. */
function workspaceFor(documents?: Readonly<Record<string, string | Uint8Array>>): Workspace {
  const workspace = new Workspace();
  if (documents !== undefined) beforeAll(async () => void (await workspace.create(documents)));
  afterAll(() => workspace.remove());
  return workspace;
}

export function defineCommandCases(): void {
  describe("init", initCases);
  describe("configuration", configurationCases);
  describe("put", putCases);
  describe("ingest", ingestCases);
  describe("list and cat", readCases);
  describe("history", historyCases);
  describe("resolve-uri", resolveCases);
  describe("search", searchCases);
  describe("stats and doctor", inspectCases);
}

function initCases(): void {
  const workspace = workspaceFor();

  it("creates once, leaves alone after that, and keeps a backup with --force", async () => {
    const first = await workspace.json("init", ["init", "--workspace", "acme"]);
    expect(first).toMatchObject({ created: true, workspace_id: "acme", tool_version: TOOL_VERSION });
    const bytes = readFileSync(workspace.capsulePath);
    const second = await workspace.json("init", ["init"]);
    expect(second).toMatchObject({ created: false, capsule_id: first.capsule_id });
    const forced = await workspace.json("init", ["init", "--force"]);
    expect(forced).toMatchObject({ created: true, backup_path: ".speckit/memvid/workspace.mv2.backup-1" });
    expect(forced.capsule_id).not.toBe(first.capsule_id);
    expect(readFileSync(workspace.path(forced.backup_path ?? "")).equals(bytes)).toBe(true);
  });

  it("says in a git work tree that the capsule belongs into .gitignore, and adds it", async () => {
    execFileSync("git", ["init", "--quiet", workspace.directory]);
    writeFileSync(workspace.path(".gitignore"), "node_modules");
    expect((await workspace.json("init", ["init"])).gitignore).toBe("missing");
    expect((await workspace.json("init", ["init", "--gitignore"])).gitignore).toBe("added");
    expect((await workspace.json("init", ["init"])).gitignore).toBe("ignored");
    const lines = readFileSync(workspace.path(".gitignore"), "utf8").split("\n");
    expect(lines).toEqual(["node_modules", "/.speckit/memvid/workspace.mv2*", ""]);
  });
}

function configurationCases(): void {
  const workspace = workspaceFor();
  const configure = (value: unknown): void => {
    mkdirSync(workspace.path(".speckit"), { recursive: true });
    writeFileSync(workspace.path(".speckit", "config.json"), JSON.stringify(value));
  };

  it("says where the capsule lies and what its workspace is called; options go over it", async () => {
    configure({ capsule: { path: "store/c.mv2", workspace_id: "acme" } });
    const created = await workspace.json("init", ["init"]);
    expect(created).toMatchObject({ created: true, capsule_path: "store/c.mv2", workspace_id: "acme" });
    const other = await workspace.json("init", ["init", "--capsule", "d.mv2", "--workspace", "other"]);
    expect(other).toMatchObject({ capsule_path: "d.mv2", workspace_id: "other" });
    expect(await workspace.json("stats", ["stats"])).toMatchObject({ capsule_id: created.capsule_id });
  });

  it("fails with the unknown key's name, whatever the command", async () => {
    configure({ capsule: { pth: "c.mv2" } });
    const error = await workspace.failure(1, ["stats"]);
    expect(error).toMatchObject({ code: "InvalidConfig", message: expect.stringContaining('"capsule.pth"') });
  });
}

function putCases(): void {
  const workspace = workspaceFor({});

  it("stores files under their paths as seen from here, in one commit", async () => {
    mkdirSync(workspace.path("docs"));
    writeFileSync(workspace.path("docs", "a.md"), "# A");
    writeFileSync(workspace.path("b.bin"), BINARY);
    const args = [
      "put",
      "docs/a.md",
      "b.bin",
      "--spec",
      "S-1",
      "--run",
      "run_7",
      "--title",
      "T",
      "--tag",
      "x",
      "--tag",
      "y",
    ];
    const stored = await workspace.json("put", args);
    expect(stored.uris).toEqual(["mv2://default/S-1/7/artifact/docs/a.md", "mv2://default/S-1/7/artifact/b.bin"]);
    expect(stored).toMatchObject({ bytes: 7, sequence: 1 });
    const prefix = "mv2://default/S-1/7/artifact/docs/";
    const { entries } = await workspace.json("list", ["list", prefix, "--run", "run_7"]);
    expect(entries).toMatchObject([{ title: "T", tags: ["x", "y"], media_type: "text/markdown", indexed: true }]);
    expect((await workspace.json("list", ["list", prefix])).count).toBe(0);
    expect((await workspace.json("list", ["list", prefix], { env: { SPECKIT_RUN_ID: "7" } })).count).toBe(1);
  });

  it("what a run put shows on main once it was merged: chosen, then all, then nothing more", async () => {
    expect((await workspace.json("branches", ["branches"])).branches).toMatchObject([
      { name: "main", parent: null, merged: null },
      { name: "run/7", parent: "main", spec_id: "S-1", run_id: "7", artifact_count: 2, size_bytes: 7, merged: false },
    ]);
    const curated = ["merge", "--from", "run/run_7", "--mode", "curated", "--exclude", "*.bin"];
    const planned = await workspace.json("merge", [...curated, "--dry-run"]);
    expect(planned).toMatchObject({ dry_run: true, uris_merged: 1, merge_checkpoint_id: null, conflicts: [] });
    expect(await workspace.json("merge", curated)).toMatchObject({ dry_run: false, mode: "curated", uris_merged: 1 });
    expect(await workspace.json("merge", ["merge", "--from", "run/7"])).toMatchObject({ mode: "full", uris_merged: 1 });
    expect(await workspace.json("merge", ["merge", "--from", "run/7"])).toMatchObject({
      uris_merged: 0,
      merge_checkpoint_id: null,
    });
    expect((await workspace.json("list", ["list", "mv2://default/S-1/7/artifact/"])).count).toBe(2);
    expect((await workspace.json("branches", ["branches"])).branches[1]).toMatchObject({ merged: true });
  });

  it("reads standard input, and files longer than one read, byte for byte", async () => {
    const long = Buffer.alloc(9 * 1024 * 1024, "0123456789abcdef\n");
    writeFileSync(workspace.path("long.txt"), long);
    expect((await workspace.json("put", ["put", "long.txt"])).bytes).toBe(long.length);
    expect((await workspace.json("put", ["put", "-", "--path", "in.txt"], { input: "from a pipe" })).bytes).toBe(11);
    const read = await workspace.run(["cat", "mv2://default/workspace/main/artifact/long.txt"]);
    expect(read.stdout.equals(long)).toBe(true);
    const piped = await workspace.run(["cat", "mv2://default/workspace/main/artifact/in.txt"]);
    expect(piped.stdout.toString()).toBe("from a pipe");
  });
}

function ingestCases(): void {
  const workspace = workspaceFor({});

  it("stores what matches below a directory, and neither links, hidden files nor the capsule", async () => {
    mkdirSync(workspace.path("src", "deep"), { recursive: true });
    writeFileSync(workspace.path("src", "a.ts"), "a");
    writeFileSync(workspace.path("src", "deep", "b.ts"), "bb");
    writeFileSync(workspace.path("src", "deep", "c.md"), "ccc");
    writeFileSync(workspace.path("src", ".secret.ts"), "no");
    symlinkSync("a.ts", workspace.path("src", "link.ts"));
    const stored = await workspace.json("ingest", ["ingest", "src", "--include", "*.ts", "--path", "code"]);
    expect(stored.uris.map((uri) => uri.split("/artifact/")[1])).toEqual(["code/a.ts", "code/deep/b.ts"]);
    expect(stored).toMatchObject({ bytes: 3, sequence: 1, skipped: [{ path: "link.ts", reason: "symlink" }] });
    const all = await workspace.json("ingest", ["ingest", ".", "--hidden", "--exclude", "src/**/*.md"]);
    expect(all.uris.map((uri) => uri.split("/artifact/")[1])).toEqual(["src/.secret.ts", "src/a.ts", "src/deep/b.ts"]);
    expect(all.skipped.filter(({ reason }) => reason === "capsule").map(({ path }) => path)).toEqual([
      ".speckit/memvid/workspace.mv2",
      ".speckit/memvid/workspace.mv2.lock",
    ]);
  });
}

function readCases(): void {
  const workspace = workspaceFor({ "plan.md": "# Plan\n", "raw.bin": BINARY, "z.txt": "z" });

  it("list gives URIs in order, by prefix, behind one and up to a limit", async () => {
    const all = await workspace.json("list", ["list"]);
    expect(all.entries.map(({ uri }) => uri.split("/artifact/")[1])).toEqual(["plan.md", "raw.bin", "z.txt"]);
    expect(all).toMatchObject({ count: 3, as_of: null });
    const one = await workspace.json("list", ["list", "mv2://default/", "--after", PLAN, "--limit", "1"]);
    expect(one.entries.map(({ size_bytes }) => size_bytes)).toEqual([4]);
    expect(await workspace.json("list", ["list", "mv2://other/"])).toMatchObject({ count: 0, entries: [] });
  });

  it("cat writes exactly the bytes, and says with --json how they are encoded", async () => {
    const uri = PLAN.replace("plan.md", "raw.bin");
    const plain = await workspace.run(["cat", uri]);
    expect([...plain.stdout]).toEqual([...BINARY]);
    expect(await workspace.json("cat", ["cat", uri])).toMatchObject({ encoding: "base64", content: "AAEC/w==" });
    expect(await workspace.json("cat", ["cat", PLAN])).toMatchObject({ encoding: "utf8", content: "# Plan\n" });
  });

  it("shows tables without --json, without colour, and without anything a terminal would obey", async () => {
    const capsule = await Capsule.open(workspace.capsulePath, { mode: "write" });
    await capsule.put({ path: "t.txt" }, "bad", { title: "\u001b]0;owned\u0007\u001b[31mred\u202e" });
    await capsule.close();
    const { stdout, stderr } = await workspace.run(["search", "bad"], { env: { FORCE_COLOR: "1" } });
    expect(stderr).toBe("");
    expect(stdout.toString()).toContain("red");
    expect(stdout.toString()).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
  });
}

function historyCases(): void {
  const workspace = workspaceFor({ "plan.md": "first" });

  it("commit, rm, log, events and checkpoints tell one story, now and as of a checkpoint", async () => {
    const labelled = await workspace.json("commit", ["commit", "--label", "before", "--git-commit", "abc"]);
    const args = ["commit", "--stage", "plan", "--spec", "S-1", "--branch", "main", "--run", "r1"];
    const stage = await workspace.json("commit", args);
    expect(stage).toMatchObject({ stage: "plan", label: null, created: true });
    expect(await workspace.json("rm", ["rm", PLAN, "--reason", "obsolete"])).toMatchObject({
      uri: PLAN,
      removed: true,
    });
    expect(await workspace.json("rm", ["rm", PLAN, "--force"])).toMatchObject({ removed: false });

    const { checkpoints } = await workspace.json("checkpoints", ["checkpoints"]);
    expect(checkpoints).toMatchObject([
      {
        checkpoint_id: labelled.checkpoint_id,
        label: "before",
        commit_hash: "abc",
        is_manual: true,
        branch_id: "main",
      },
      { checkpoint_id: stage.checkpoint_id, stage: "plan", spec_id: "S-1", run_id: "r1", is_manual: false },
    ]);
    const { commits } = await workspace.json("log", ["log"]);
    expect(commits.map(({ sequence }) => sequence)).toEqual([4, 3, 2, 1]);
    expect((await workspace.json("log", ["log", "--limit", "2"])).count).toBe(2);

    const { events } = await workspace.json("events", ["events"]);
    expect(events.map(({ event_type }) => event_type)).toEqual(["StageTransition", "Removed"]);
    expect(events[1]?.payload).toEqual({ uri: PLAN, reason: "obsolete" });
    const since = await workspace.json("events", ["events", "--since-checkpoint", stage.checkpoint_id, "--audit-only"]);
    expect(since.events.map(({ event_type }) => event_type)).toEqual(["Removed"]);
    const filtered = await workspace.json("events", [
      "events",
      "--stage",
      "plan",
      "--branch",
      "main",
      "--run",
      "run_r1",
      "--spec",
      "S-1",
      "--limit",
      "5",
    ]);
    expect(filtered).toMatchObject({
      count: 1,
      filters: { stage: "plan", run: "run_r1", spec: "S-1", type: null, limit: 5 },
    });
    expect((await workspace.json("events", ["events", "--as-of", "before"])).count).toBe(0);

    const { checkpoint_id: id } = stage;
    expect(await workspace.json("diff", ["diff", "before", id])).toMatchObject({ added: [], removed: [], to: id });
    expect(await workspace.json("diff", ["diff", "before"])).toMatchObject({
      from: "before",
      to: null,
      removed: [PLAN],
    });
    expect((await workspace.json("diff", ["diff", "before", id, "--all"])).added).toHaveLength(2);
    expect((await workspace.run(["diff", "before"])).stdout.toString()).toBe(`- ${PLAN}\n1 difference\n`);
    expect((await workspace.failure(1, ["diff", "nowhere"])).code).toBe("UnknownCheckpoint");

    expect((await workspace.json("list", ["list"])).count).toBe(0);
    expect((await workspace.json("list", ["list", "--as-of", "before"])).count).toBe(1);
    expect((await workspace.json("cat", ["cat", PLAN, "--as-of", "before"])).content).toBe("first");
    const then = await workspace.json("stats-as-of", ["stats", "--as-of", "before"]);
    expect(then).toMatchObject({ as_of: "before", revision_count: 1, event_count: 0, checkpoint_count: 1 });
  });
}

function resolveCases(): void {
  const workspace = workspaceFor({ "plan.md": "# Plan é\n" });

  it("writes the bytes, or describes them and saves them with --out", async () => {
    expect((await workspace.run(["resolve-uri", PLAN])).stdout.toString()).toBe("# Plan é\n");
    const out = workspace.path("out.md");
    const resolved = await workspace.json("resolve-uri", ["resolve-uri", PLAN, "--out", out, "--physical"]);
    expect(resolved).toMatchObject({
      resolved_uri: PLAN,
      aliases_followed: 0,
      content_preview: "# Plan é\n",
      out_path: out,
    });
    expect(resolved.physical?.unstable).toBe(true);
    expect(readFileSync(out, "utf8")).toBe("# Plan é\n");
  });

  it("shows that an alias was followed", async () => {
    const old = PLAN.replace("plan.md", "old.md");
    const capsule = await Capsule.open(workspace.capsulePath, { mode: "write" });
    await capsule.alias(old, PLAN, "renamed");
    await capsule.close();
    const resolved = await workspace.json("resolve-uri", ["resolve-uri", old]);
    expect(resolved).toMatchObject({ uri: old, resolved_uri: PLAN, aliases_followed: 1 });
    expect(resolved.physical).toBeUndefined();
  });

  it("refuses to write over the capsule that it reads", async () => {
    const error = await workspace.failure(1, ["resolve-uri", PLAN, "--out", ".speckit/memvid/workspace.mv2"]);
    expect(error.code).toBe("InvalidArgument");
    expect(existsSync(workspace.capsulePath)).toBe(true);
    expect((await workspace.json("doctor", ["doctor", "--deep"])).status).toBe("ok");
  });
}

function searchCases(): void {
  const workspace = workspaceFor({ "a.md": "the retry budget", "b.md": "retry retry retry", "c.md": "nothing of it" });

  it("finds, counts, explains and cuts", async () => {
    const found = await workspace.json("search", ["search", "retry", "--count", "--explain", "--limit", "1"]);
    expect(found.hits).toHaveLength(1);
    expect(found).toMatchObject({ query: "retry", total: 2, view: { branch: "main", as_of: null, document_count: 3 } });
    const [hit] = found.hits;
    const [first] = hit?.highlights ?? [];
    expect(hit?.snippet.slice(first?.start, first?.end)).toBe("retry");
    const sum = hit?.explanation?.terms.reduce((total, { contribution }) => total + contribution, 0);
    expect(sum).toBeCloseTo(hit?.score ?? Number.NaN, 6);
    const plain = await workspace.json("search", ["search", "retry"]);
    expect(plain.total).toBeNull();
    expect(plain.hits.map(({ explanation }) => explanation)).toEqual([undefined, undefined]);
  });

  it("takes any text as a query, also one that begins with a dash", async () => {
    expect((await workspace.json("search", ["search", 'AND ("'])).query).toBe('AND ("');
    const ended = await workspace.run(["--json", "search", "--", "-retry"]);
    expect(JSON.parse(ended.stdout.toString())).toMatchObject({ query: "-retry", hits: [{}, {}] });
  });
}

function inspectCases(): void {
  const workspace = workspaceFor({ "a.md": "a".repeat(10_000) });

  it("stats counts what is there", async () => {
    const stats = await workspace.json("stats", ["stats"]);
    expect(stats).toMatchObject({
      sequence: 1,
      uri_count: 1,
      revision_count: 1,
      content_bytes_put: 10_000,
      branch_count: 1,
    });
    expect(stats.size_bytes).toBe(readFileSync(workspace.capsulePath).length);
    expect(stats.storage_ratio).toBeLessThan(0.1);
    expect(stats.dedup_ratio).toBe(1);
    expect(stats.compression_ratio).toBeGreaterThan(10);
    writeFileSync(workspace.path("b.md"), "a".repeat(10_000));
    expect(await workspace.json("put", ["put", "b.md"])).toMatchObject({ deduplicated: 1 });
    expect(await workspace.json("stats", ["stats"])).toMatchObject({ content_bytes_repeated: 10_000, dedup_ratio: 2 });
  });

  it("doctor finds nothing wrong with a sound capsule, and changes nothing", async () => {
    const before = readFileSync(workspace.capsulePath);
    expect(await workspace.json("doctor", ["doctor"])).toMatchObject({ status: "ok", deep: false });
    expect(await workspace.json("doctor", ["doctor", "--deep"])).toMatchObject({ status: "ok", deep: true });
    expect(readFileSync(workspace.capsulePath).equals(before)).toBe(true);
  });
}
