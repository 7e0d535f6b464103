/** Whatever goes wrong: one JSON document, a stable code, an exit code. */

import { chmodSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { blake3 } from "@noble/hashes/blake3.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Capsule } from "../../capsule.js";
import type { DiagnosticCode } from "../../diagnostics.js";
import type { CapsuleErrorCode } from "../../errors.js";
import { parseOutput, Workspace } from "./command.js";

const PLAN = "mv2://default/workspace/main/artifact/plan.md";
/** A user without any rights, for the tests of a superuser. */
const NOBODY = 65_534;

export function defineFailureCases(): void {
  describe("usage errors", usageCases);
  describe("what isn't there", missingCases);
  describe("files that aren't sound capsules", unsoundCases);
  describe("the lock and the file system", machineCases);
}

function usageCases(): void {
  const workspace = new Workspace();
  beforeAll(async () => {
    await workspace.create({});
    for (const name of ["a", "b"]) writeFileSync(workspace.path(name), name);
  });
  afterAll(() => workspace.remove());

  const commandLines: readonly (readonly [string, ...string[]])[] = [
    ["list", "--jsn"],
    ["lst"],
    ["cat"],
    ["cat", PLAN, PLAN],
    ["list", "--limit", "-1"],
    ["list", "--limit", "many"],
    ["list", "--wait", "soon"],
    ["commit"],
    ["commit", "--stage", "plan"],
    ["init", "--analyzer", "french"],
    ["put", "a", "b", "--path", "c"],
    ["put", "-"],
    ["ingest", ".", "--include", "[a"],
    ["--bogus", "list"],
  ];

  it.concurrent.each(commandLines.map((args) => [args.join(" "), args] as const))("%s", async (_, args) => {
    const error = await workspace.failure(1, args);
    expect(error.code).toBe("UsageError");
    expect(error.hint).toBeTypeOf("string");
  });

  it("tells people on stderr, with a hint, and leaves stdout empty", async () => {
    const ended = await workspace.run(["lst"]);
    expect(ended).toMatchObject({ exitCode: 1 });
    expect(ended.stdout).toHaveLength(0);
    expect(ended.stderr).toBe(
      "error Cannot run the command: unknown command 'lst' [UsageError]\nhint  Did you mean list?\n",
    );
  });
}

function missingCases(): void {
  const workspace = new Workspace();
  const empty = new Workspace();
  beforeAll(async () => {
    await workspace.create({ "plan.md": "plan" });
    expect((await workspace.run(["commit", "--label", "taken"])).exitCode).toBe(0);
  });
  afterAll(() => {
    workspace.remove();
    empty.remove();
  });

  const cases: readonly (readonly [args: readonly string[], code: CapsuleErrorCode])[] = [
    [["cat", "mv2://default/SPEC/../x"], "InvalidUri"],
    [["resolve-uri", "plan.md"], "InvalidUri"],
    [["rm", "mv2://default/workspace/main/nonsense/x"], "InvalidUri"],
    [["list", "https://"], "InvalidUri"],
    [["cat", `${PLAN}.old`], "NotFound"],
    [["resolve-uri", `${PLAN}.old`], "NotFound"],
    [["rm", `${PLAN}.old`], "NotFound"],
    [["put", "no-such-file"], "NotFound"],
    [["ingest", "no-such-directory"], "NotFound"],
    [["put", "."], "InvalidArgument"],
    [["commit", "--label", "taken"], "DuplicateLabel"],
    [["list", "--as-of", "never"], "UnknownCheckpoint"],
    [["search", "plan", "--as-of", "never"], "UnknownCheckpoint"],
    [["events", "--since-checkpoint", "never"], "UnknownCheckpoint"],
    [["events", "--type", "Nonsense"], "UnknownEventType"],
    [["search", "plan", "--limit", "0"], "InvalidArgument"],
    [["list", "--branch", "run/1"], "UnknownBranch"],
  ];

  it.concurrent.each(cases.map(([args, code]) => [args.join(" "), code, args] as const))(
    "%s: %s",
    async (_, code, args) => {
      // They run side by side, and some of them take the lock.
      expect(await workspace.failure(1, [...args, "--wait", "60"])).toMatchObject({ code });
    },
  );

  it.concurrent.each([["list"], ["stats"], ["commit", "--label", "x"], ["rm", PLAN]])(
    "%s without a capsule: NotFound",
    async (...args) => {
      const error = await empty.failure(1, args);
      expect(error.code).toBe("NotFound");
      expect(error.hint).toContain("speckit capsule init");
    },
  );

  it("put and ingest store nothing if one of several files can't be stored", async () => {
    mkdirSync(workspace.path("files"));
    for (const name of ["good.txt", "line\nend.txt"]) writeFileSync(workspace.path("files", name), name);
    const before = readFileSync(workspace.capsulePath);
    expect((await workspace.failure(1, ["put", "files/good.txt", "bad.txt"])).code).toBe("NotFound");
    expect((await workspace.failure(1, ["put", "files/good.txt", "--run", "r1"])).code).toBe("InvalidArgument");
    // Here the first file has been taken in when the second turns out to have a name that no URI can hold.
    expect((await workspace.failure(1, ["put", "files/good.txt", "files/line\nend.txt"])).code).toBe("InvalidUri");
    expect((await workspace.failure(1, ["ingest", "files"])).code).toBe("InvalidUri");
    expect(readFileSync(workspace.capsulePath).equals(before)).toBe(true);
    expect((await workspace.json("list", ["list"])).count).toBe(1);
    expect(await workspace.json("doctor", ["doctor"])).toMatchObject({ status: "ok" });
  });

  it("a hint names the command line's own flags", async () => {
    const error = await workspace.failure(1, ["commit", "--label", "taken", "--wait", "60"]);
    expect(error.hint).toContain("--force");
  });
}

/** What stands at a path, and what reading it and the doctor say. */
interface Unsound {
  readonly code: CapsuleErrorCode;
  readonly finding: DiagnosticCode;
  readonly exitCode: 1 | 2;
  readonly make: (path: string, sound: Uint8Array) => void;
}

const UNSOUND: { readonly [name: string]: Unsound } = {
  "a foreign .mv2": {
    code: "ForeignFormat",
    finding: "ForeignFormat",
    exitCode: 1,
    make: (path) => writeFileSync(path, Buffer.concat([Buffer.from("MV2\0\x01\x02"), Buffer.alloc(500, "junk")])),
  },
  "a newer major version": {
    code: "VersionMismatch",
    finding: "VersionMismatch",
    exitCode: 1,
    make(path, sound) {
      const bytes = Uint8Array.from(sound);
      bytes[8] = 2;
      bytes.set(blake3(bytes.subarray(0, 224)), 224);
      writeFileSync(path, bytes);
    },
  },
  "a file cut within its superblock": {
    code: "Corrupted",
    finding: "Corrupted",
    exitCode: 2,
    make(path, sound) {
      writeFileSync(path, sound);
      truncateSync(path, 100);
    },
  },
  "a directory": {
    code: "InvalidArgument",
    finding: "Unreadable",
    exitCode: 1,
    make: (path) => mkdirSync(path),
  },
};

function unsoundCases(): void {
  const workspace = new Workspace();
  beforeAll(async () => void (await workspace.create({ "plan.md": "plan" })));
  afterAll(() => workspace.remove());

  it.each(Object.entries(UNSOUND))("%s", async (name, { code, finding, exitCode, make }) => {
    const path = `${name}.mv2`;
    make(workspace.path(path), readFileSync(workspace.capsulePath));
    for (const args of [["list"], ["commit", "--label", "x"]]) {
      expect(await workspace.failure(exitCode, [...args, "--capsule", path])).toMatchObject({ code });
    }
    const ended = await workspace.run(["doctor", "--capsule", path, "--json"]);
    const examined = parseOutput("doctor", ended.stdout);
    expect(examined.status).toBe("error");
    expect(examined.diagnostics.map(({ code: found }) => found)).toContain(finding);
    expect(ended.exitCode).not.toBe(0);
  });

  it("doctor fails for a missing capsule, and with 2 for a flipped bit", async () => {
    const missing = await workspace.run(["doctor", "--capsule", "none.mv2", "--json"]);
    expect(missing.exitCode).toBe(1);
    expect(parseOutput("doctor", missing.stdout).diagnostics).toMatchObject([{ code: "Missing", level: "error" }]);
    const bytes = readFileSync(workspace.capsulePath);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    writeFileSync(workspace.path("flipped.mv2"), bytes);
    const flipped = await workspace.run(["doctor", "--deep", "--capsule", "flipped.mv2", "--json"]);
    expect(flipped.exitCode).toBe(2);
    expect(parseOutput("doctor", flipped.stdout).diagnostics).toMatchObject([{ code: "Corrupted", level: "error" }]);
  });

  it("a torn end is no failure: what was committed is read, and the doctor warns", async () => {
    const bytes = readFileSync(workspace.capsulePath);
    writeFileSync(workspace.path("torn.mv2"), Buffer.concat([bytes, Buffer.alloc(300, 0xaa)]));
    expect((await workspace.json("list", ["list", "--capsule", "torn.mv2"])).count).toBe(1);
    expect(await workspace.json("doctor", ["doctor", "--capsule", "torn.mv2"])).toMatchObject({
      status: "warning",
      diagnostics: [{ code: "DeadTail", level: "warning" }],
    });
  });
}

function machineCases(): void {
  const workspace = new Workspace();
  beforeAll(async () => void (await workspace.create({ "plan.md": "plan" })));
  afterAll(() => workspace.remove());

  it("a second writer is refused at once, readers are not, and --wait waits", async () => {
    const holder = await Capsule.open(workspace.capsulePath, { mode: "write", specId: "S-1", runId: "r1" });
    const error = await workspace.failure(1, ["rm", PLAN]);
    expect(error).toMatchObject({ code: "LockedByWriter", details: { holder: { pid: process.pid, spec_id: "S-1" } } });
    expect(error.message).toMatch(/PID \d+ .*spec: S-1, run: r1/);
    expect(error.hint).toContain("--wait");
    expect((await workspace.failure(1, ["init", "--force"])).code).toBe("LockedByWriter");
    expect((await workspace.json("list", ["list"])).count).toBe(1);
    const waiting = workspace.json("rm", ["rm", PLAN, "--wait", "20"]);
    await new Promise((resolve) => setTimeout(resolve, 600));
    await holder.close();
    expect(await waiting).toMatchObject({ removed: true });
  });

  it("a directory that can't be written to is a system error, and nothing is left in it", async () => {
    const superuser = process.getuid?.() === 0;
    const directory = workspace.path("read-only");
    mkdirSync(directory);
    for (const path of [workspace.directory, directory]) chmodSync(path, path === directory ? 0o555 : 0o755);
    const args = ["init", "--capsule", "read-only/new.mv2"];
    const error = await workspace.failure(2, args, superuser ? { uid: NOBODY } : {});
    expect(error.code).toBe("PermissionDenied");
    chmodSync(directory, 0o755);
  });
}
