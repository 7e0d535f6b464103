/** `speckit conformance` and `speckit conformance compare`. */

import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Output } from "../../schema/output.js";
import { parseOutput, runProgram, Workspace } from "./command.js";

export function defineConformanceCases(): void {
  describe("conformance", conformanceCases);
}

function conformanceCases(): void {
  const workspace = new Workspace();
  let report: Output<"conformance">;

  beforeAll(async () => {
    const args = ["conformance", "--out", "report.json", "--json"];
    const { exitCode, stdout, stderr } = await runProgram(args, workspace.directory);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    report = parseOutput("conformance", stdout);
  });
  afterAll(() => workspace.remove());

  /** Writes a changed report, and compares it with the one that was made. */
  const compare = async (change: (report: Output<"conformance">) => void) => {
    const other = structuredClone(report);
    change(other);
    writeFileSync(workspace.path("other.json"), JSON.stringify(other));
    const args = ["conformance", "compare", "report.json", "other.json", "--json"];
    const { exitCode, stdout } = await runProgram(args, workspace.directory);
    return { exitCode, ...parseOutput("conformance-compare", stdout) };
  };

  it("gives what the package expects, and writes what it prints", () => {
    expect(report.discrepancies).toEqual([]);
    expect(report.topics.length).toBeGreaterThan(9);
    expect(JSON.parse(readFileSync(workspace.path("report.json"), "utf8"))).toEqual(report);
  });

  it("compare finds equal reports equal, whatever machine they are of", async () => {
    const compared = await compare((other) => {
      other.machine.architecture = "s390x";
      other.machine.byte_order = "big";
    });
    expect(compared).toMatchObject({ exitCode: 0, equal: true, judged_by_expected: true, discrepancies: [] });
    expect(compared.reports.map(({ machine }) => machine.architecture)).toEqual([process.arch, "s390x"]);
  });

  it("compare exits with 1 and names the case that differs", async () => {
    const compared = await compare((other) => {
      for (const { name, cases } of other.topics) if (name === "codec") cases["zeros"] = "0".repeat(64);
    });
    expect(compared).toMatchObject({ exitCode: 1, equal: false });
    expect(compared.discrepancies).toMatchObject([
      { topic: "codec", case: "zeros", found: { "other.json": "0".repeat(64) } },
    ]);
    expect(Object.keys(compared.discrepancies[0]?.found ?? {})).toEqual(["expected", "report.json", "other.json"]);
  });

  it("compare leaves the expected digests out for a report of another version", async () => {
    const compared = await compare((other) => {
      other.tool_version = "0.0.9";
    });
    expect(compared).toMatchObject({ exitCode: 0, equal: true, judged_by_expected: false });
  });

  it("compare refuses what isn't a report", async () => {
    writeFileSync(workspace.path("not.json"), '{"topics":[]}');
    for (const [file, code] of [
      ["not.json", "InvalidArgument"],
      ["none.json", "NotFound"],
    ] as const) {
      const { exitCode, stdout } = await runProgram(["conformance", "compare", file, "--json"], workspace.directory);
      expect(exitCode).toBe(1);
      expect(parseOutput("error", stdout).error.code).toBe(code);
    }
  });
}
