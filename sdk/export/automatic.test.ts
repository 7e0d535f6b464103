import { beforeEach, describe, expect, test } from "vitest";
import type { Runtime } from "../../runtimes/contract.js";
import { generateAgeKeys } from "../age/keys.js";
import { Capsule } from "../capsule.js";
import { collect, errorOf, memoryMachine, repeatingRandom } from "../testing/fixtures.js";
import { makeRuns, openMain } from "../testing/runs.js";
import { readManifest } from "./manifest.js";

const keys = generateAgeKeys(repeatingRandom());
const WITH_KEY = { runId: "1", specId: "SPEC-1", recipients: [keys.recipient] };

describe("maybeExport", () => {
  let runtime: Runtime;
  let capsule: Capsule;
  beforeEach(async () => {
    runtime = memoryMachine();
    await makeRuns(runtime);
    capsule = await openMain(runtime);
    return () => capsule.close();
  });

  test("exports by mode and risk, masked and encrypted, and over its own earlier export", async () => {
    const manual = await capsule.maybeExport({ ...WITH_KEY, mode: "manual", highRisk: true });
    expect(manual).toEqual({ exported: null, skipped: "manual", error: null });
    expect(await capsule.maybeExport(WITH_KEY)).toEqual({ exported: null, skipped: "no-risk", error: null });
    for (const cause of [
      { highRisk: true },
      { judgeRequested: true },
      { auditHandoff: true },
      { mode: "always" } as const,
    ]) {
      const { exported, skipped, error } = await capsule.maybeExport({ ...WITH_KEY, ...cause });
      expect([skipped, error]).toEqual([null, null]);
      expect(exported).toMatchObject({ encrypted: true, safe: true });
    }
    const path = "docs/specs/SPEC-1/runs/1/capsule.mv2e";
    const reader = await Capsule.open(path, { runtime, identities: [keys.identity] });
    expect(await readManifest(reader)).toMatchObject({ safe: true, encrypted: true, filter: { run_id: "1" } });
    await reader.close();
  });

  test("tells of a failure in its answer and by an event, and the pipeline goes on", async () => {
    const without = await capsule.maybeExport({ runId: "1", specId: "SPEC-1", mode: "always" });
    expect(without).toMatchObject({ exported: null, skipped: null, error: { code: "PassphraseRequired" } });
    const unknown = await capsule.maybeExport({ ...WITH_KEY, runId: "7", mode: "always" });
    expect(unknown.error?.code).toBe("UnknownRun");
    const events = await collect(capsule.events({ type: "ErrorEvent" }));
    expect(events.map(({ payload, branch }) => [payload["error_code"], payload["component"], branch])).toEqual([
      ["PassphraseRequired", "export", "main"],
      ["UnknownRun", "export", "main"],
    ]);
    expect(runtime.files.stat("/docs/specs/SPEC-1/runs/7")).toBeNull();
    expect((await errorOf(capsule.maybeExport({ ...WITH_KEY, mode: "sometimes" as never }))).code).toBe(
      "InvalidArgument",
    );
  });
});
