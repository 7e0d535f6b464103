import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Capsule } from "../../capsule.js";
import { capsuleCommands } from "../program.js";
import { completeLine } from "./completion.js";

const directory = mkdtempSync(join(tmpdir(), "completion-"));
const path = join(directory, "c.mv2");
const on = `--capsule ${path}`;
const complete = async (line: string): Promise<readonly string[]> =>
  (await completeLine(line, capsuleCommands())).candidates;

beforeAll(async () => {
  const capsule = await Capsule.create(path);
  await capsule.put({ path: "plan.md" }, "plan");
  await capsule.put({ path: "notes/a b.md" }, "notes");
  await capsule.put({ path: "notes/c.md" }, "notes");
  const { checkpoint } = await capsule.commit({ label: "base done" });
  expect(checkpoint).not.toBeNull();
  await capsule.put({ path: "x", specId: "S", runId: "abc" }, "x");
  await capsule.close();
  mkdirSync(join(directory, "sub"));
  writeFileSync(join(directory, "sub", "file.md"), "");
});
afterAll(() => rmSync(directory, { recursive: true }));

describe("completeLine()", () => {
  it("knows the shell's commands, the capsule's, and their options", async () => {
    expect(await complete("/s")).toEqual(["/speckit.capsule "]);
    expect(await complete("/speckit.capsule re")).toEqual(expect.arrayContaining(["replay ", "resolve-uri "]));
    expect(await complete("/speckit.capsule merge --d")).toEqual(["--dry-run "]);
    expect(await complete("/speckit.capsule merge --j")).toEqual(["--json "]);
    expect(await complete("/speckit.capsule nothing --")).toEqual([]);
    expect(await complete("/quit now")).toEqual([]);
  });

  it("knows branches, runs, checkpoints and fixed values by the option before", async () => {
    expect(await complete(`/speckit.capsule merge ${on} --from r`)).toEqual(["run/abc "]);
    expect(await complete(`/speckit.capsule list ${on} --branch `)).toEqual(["main ", "run/abc "]);
    expect(await complete(`/speckit.capsule replay ${on} --run `)).toEqual(["abc "]);
    const checkpoints = await complete(`/speckit.capsule search q ${on} --as-of `);
    expect(checkpoints).toEqual(["'base done' ", expect.stringMatching(/^[0-9A-Z]{26} $/)]);
    expect(await complete(`/speckit.capsule diff ${on} ba`)).toEqual(["'base done' "]);
    expect(await complete("/speckit.capsule merge --mode ")).toEqual(["full ", "curated "]);
    expect(await complete("/speckit.capsule events --type Gate")).toEqual(["GateDecision "]);
  });

  it("completes URIs step by step, on the branch of the line", async () => {
    const uris = (word: string, more = "") => complete(`/speckit.capsule cat ${on} ${more}${word}`);
    expect(await uris("mv2")).toEqual(["mv2://default/"]);
    expect(await uris("mv2://default/")).toEqual(["mv2://default/workspace/"]);
    expect(await uris("mv2://default/workspace/main/")).toEqual([
      "mv2://default/workspace/main/artifact/notes/",
      "mv2://default/workspace/main/artifact/plan.md ",
    ]);
    expect(await uris("mv2://default/workspace/main/artifact/notes/")).toEqual([
      "'mv2://default/workspace/main/artifact/notes/a b.md' ",
      "mv2://default/workspace/main/artifact/notes/c.md ",
    ]);
    expect(await uris("mv2://default/S/", "--run abc ")).toEqual(["mv2://default/S/abc/"]);
  });

  it("completes files, and gives nothing where there is nothing", async () => {
    expect(await complete(`/speckit.capsule put ${directory}/s`)).toEqual([`${directory}/sub/`]);
    expect(await complete(`/speckit.capsule put a ${directory}/sub/`)).toEqual([`${directory}/sub/file.md `]);
    expect(await complete(`/speckit.capsule put ${directory}/none/`)).toEqual([]);
    expect(await complete(`/speckit.capsule cat --capsule ${directory}/none mv2`)).toEqual([]);
    expect(await complete("/speckit.capsule cat 'mv2")).toEqual([]);
  });
});
