import { PassThrough } from "node:stream";
import { describe, expect, it, vi } from "vitest";
import type { MergeCandidate } from "../../merge.js";
import { errorOf } from "../../testing/fixtures.js";
import type { Uri } from "../../uri.js";
import { pickCandidates } from "./picker.js";

const candidate = (name: string, rest: Partial<MergeCandidate> = {}): MergeCandidate => ({
  uri: `mv2://default/S/abc/artifact/${name}` as Uri,
  type: "artifact",
  change: "revision",
  eventType: null,
  title: null,
  sizeBytes: 2048,
  conflicts: false,
  ...rest,
});
const event = (number: number, eventType: string): MergeCandidate =>
  candidate("", { uri: `mv2://default/S/abc/event/${number}` as Uri, type: "event", change: "event", eventType });
const CANDIDATES = [
  candidate("a", { title: "A \u001b[31mplan" }),
  candidate("b", { conflicts: true }),
  candidate("c", { change: "removal" }),
  event(1, "GateDecision"),
  event(2, "ErrorEvent"),
  event(3, "GateDecision"),
];

function pick(signal = new AbortController().signal) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let shown = "";
  output.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
  });
  const answer = pickCandidates(CANDIDATES, "Merge:", { input, output, signal });
  return { answer, input, shown: () => shown };
}

describe("pickCandidates()", () => {
  it("lists objects with what is known of them, and events by their type", async () => {
    const { answer, input, shown } = pick();
    await vi.waitFor(() => expect(shown()).toContain("ErrorEvent"));
    expect(shown()).toContain("/b  (2.0 KiB, both changed)");
    expect(shown()).toContain("/c  (removal)");
    expect(shown()).toContain("GateDecision  (2 events)");
    expect(shown()).not.toContain("\u001b[31mplan");
    input.write("\r");
    expect((await answer).size).toBe(6);
  });

  it("gives what was left chosen", async () => {
    const { answer, input, shown } = pick();
    await vi.waitFor(() => expect(shown()).toContain("ErrorEvent"));
    // None, then the first and the fourth.
    for (const key of ["a", " ", "\u001b[B", "\u001b[B", "\u001b[B", " "]) {
      input.write(key);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    input.write("\r");
    expect([...(await answer)]).toEqual([CANDIDATES[0]?.uri, CANDIDATES[3]?.uri, CANDIDATES[5]?.uri]);
  });

  it("ends with Aborted by Ctrl-C and by the signal", async () => {
    const interrupted = pick();
    await vi.waitFor(() => expect(interrupted.shown()).toContain("ErrorEvent"));
    interrupted.input.write("\u0003");
    expect(await errorOf(interrupted.answer)).toMatchObject({ code: "Aborted" });
    const controller = new AbortController();
    const aborted = pick(controller.signal);
    controller.abort();
    expect(await errorOf(aborted.answer)).toMatchObject({ code: "Aborted" });
  });
});
