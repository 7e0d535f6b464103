import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { bundle, type Program, temporaryDirectory, withDenoFlags } from "./testing/programs.js";

const root = temporaryDirectory();
afterAll(() => fs.rmSync(root, { recursive: true }));

const program = bundle("deno", "deno-limits.script.ts", `${root}/bundle`);
const directory = `${root}/data`;
fs.mkdirSync(directory);
fs.writeFileSync(`${directory}/a`, "content");

const missing = (access: string, path: string) => ["PermissionDenied", `--allow-${access}=${path}`];
const REFUSED_WRITES = {
  write: missing("write", `${directory}/a`),
  create: missing("write", `${directory}/b`),
  remove: missing("write", `${directory}/a`),
  rename: missing("write", `${directory}/a`),
  makeDirectory: missing("write", `${directory}/d`),
  writeFile: ["PermissionDenied", expect.stringMatching(/^--allow-write=.*\.speckit-tmp$/)],
  lock: missing("write", `${directory}/a.lock`),
  elsewhere: missing("read", "/"),
  environment: [null, null, null, null],
};

const run = ({ file, args }: Program): unknown =>
  JSON.parse(execFileSync(file, [...args, directory], { encoding: "utf8" }));

describe("the Deno shim", () => {
  test("loads without any permission, and names the flag of each that is missing", () => {
    const report = run(program);
    expect(report).toMatchObject({ read: missing("read", `${directory}/a`), environment: [null, null, null, null] });
  });

  test("refuses to write where only reading is permitted", () => {
    expect(run(withDenoFlags(program, `--allow-read=${directory}`))).toMatchObject({ ...REFUSED_WRITES, read: null });
    expect(fs.readdirSync(directory)).toEqual(["a"]);
    expect(fs.readFileSync(`${directory}/a`, "utf8")).toBe("content");
  });

  test("works, the lock included, with nothing but its directory", () => {
    const flags = [`--allow-read=${directory}`, `--allow-write=${directory}`];
    const report = run(withDenoFlags(program, ...flags)) as Record<string, unknown>;
    const { elsewhere, environment } = REFUSED_WRITES;
    const nothing = {
      read: null,
      write: null,
      create: null,
      writeFile: null,
      rename: null,
      makeDirectory: null,
      lock: null,
    };
    expect(report).toMatchObject({ ...nothing, elsewhere, environment });
    for (const name of ["b", "c", "d", "a.lock"]) fs.rmSync(`${directory}/${name}`, { recursive: true, force: true });
    fs.writeFileSync(`${directory}/a`, "content");
  });

  // util-linux's `script` gives the program a terminal, on which Deno would stop and ask.
  test.runIf(process.platform === "linux")("never stops to ask a person on a terminal", () => {
    const { file, args } = withDenoFlags(program, `--allow-read=${directory}`);
    const command = [file, ...args.filter((argument) => argument !== "--no-prompt"), directory].join(" ");
    const result = spawnSync("script", ["-qec", command, "/dev/null"], { encoding: "utf8", timeout: 20_000 });
    expect(result.error).toBeUndefined();
    expect(result.stdout).not.toContain("Allow?");
    expect(JSON.parse(result.stdout)).toMatchObject({ ...REFUSED_WRITES, read: null });
  });
});
