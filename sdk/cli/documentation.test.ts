/** What is stated twice is compared: the version, docs/cli.md, the published JSON Schema. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { capsuleErrorCodes } from "../errors.js";
import { commandErrorCodes, OUTPUT_SCHEMA_VERSION } from "../schema/output.js";
import { outputJsonSchema } from "../schema/output-json-schema.js";
import { jsonDocument } from "./output/json.js";
import { OutputStream } from "./output/terminal.js";
import { runCommandLine } from "./program.js";
import { TOOL_VERSION } from "./version.js";

const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

/** What a command line prints on stdout. */
async function outputOf(...args: string[]): Promise<string> {
  const stdout = new PassThrough();
  const terminal = { stdout: new OutputStream(stdout, {}), stderr: new OutputStream(new PassThrough(), {}) };
  await runCommandLine(args, terminal, new AbortController().signal);
  return String(stdout.read());
}

describe("documentation", () => {
  it("the version is package.json's, and the schema's version is the one that is printed", () => {
    expect(TOOL_VERSION).toBe(JSON.parse(read("package.json")).version);
    expect(JSON.parse(jsonDocument<"version">({}, false))).toEqual({
      schema_version: OUTPUT_SCHEMA_VERSION,
      tool_version: TOOL_VERSION,
    });
  });

  it("docs/cli.md names every command with each of its options, and no others", async () => {
    const sections = read("docs/cli.md").split(/^#{2,3} /m);
    // Commands of another group are headed by the whole of their call.
    const documented = sections.filter((section) => /^`(?!speckit )/.test(section));
    const help = await outputOf("capsule", "--help");
    const names = [...(help.split("Commands:")[1] ?? "").matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = ""]) => name);
    const commands = names.filter((name) => name !== "help");
    expect(documented.map((section) => /^`([a-z-]+)/.exec(section)?.[1])).toEqual(commands);
    expect(commands.length).toBeGreaterThan(10);
    for (const [index, command] of commands.entries()) {
      const [own = ""] = (await outputOf("capsule", command, "--help")).split("Global Options:");
      const options = new Set([...own.matchAll(/^ {2}(?:-h, )?(--[a-z-]+)/gm)].map(([, option]) => option));
      options.delete("--help");
      const [first = "", ...rows] = (documented[index] ?? "").split("\n");
      const told = new Set(rows.flatMap((row) => /^\| `(--[a-z-]+)/.exec(row)?.[1] ?? []));
      expect(told, `${command}: ${first}`).toEqual(options);
    }
  });

  it("docs/cli.md names the options of eval parity", async () => {
    const [section = "", ...others] = read("docs/cli.md")
      .split(/^#{2,3} /m)
      .filter((text) => text.startsWith("`speckit eval parity"));
    expect(others).toEqual([]);
    const [own = "", global = ""] = (await outputOf("eval", "parity", "--help")).split("Global Options:");
    const options = [...`${own}${global}`.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option]) => option);
    const told = [...section.matchAll(/^\| `(--[a-z-]+)/gm)].map(([, option]) => option);
    expect(told.sort()).toEqual(
      options.filter((option) => !["--json", "--version", "--help"].includes(option ?? "")).sort(),
    );
  });

  it("docs/cli.md names every error code", () => {
    const text = read("docs/cli.md");
    for (const code of [...capsuleErrorCodes, ...commandErrorCodes]) expect(text).toContain(`\`${code}\``);
  });

  it("docs/cli-output.schema.json is made from the schemas (vitest --update writes it)", async () => {
    const biome = fileURLToPath(new URL("node_modules/.bin/biome", root));
    const input = JSON.stringify(outputJsonSchema(), null, 2);
    const text = execFileSync(biome, ["format", "--stdin-file-path=schema.json"], {
      input,
      encoding: "utf8",
      cwd: root,
    });
    await expect(text).toMatchFileSnapshot("../../docs/cli-output.schema.json");
  });
});
