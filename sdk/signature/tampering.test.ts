/** Signed capsules that somebody altered: never `verified`, and the place is named. */

import { beforeAll, describe, expect, it } from "vitest";
import { hash } from "../../conformance/oracle/bytes.js";
import { type CommitBody, encodeCommitBody, parseCommitBody } from "../../conformance/oracle/commit.js";
import { encodeFrame, encodeMark, FrameKind, frameBody, MarkKind, parseFrame } from "../../conformance/oracle/items.js";
import { rootZero } from "../../conformance/oracle/superblock.js";
import { verifyCapsule } from "../../conformance/oracle/verify.js";
import { concatBytes } from "../../runtimes/std.js";
import { Capsule } from "../capsule.js";
import { CAPSULE_PATH, memoryMachine, newCapsule, repeatingRandom } from "../testing/fixtures.js";
import { generateSigningKeys } from "./keys.js";

const alice = generateSigningKeys(repeatingRandom(1));
const bob = generateSigningKeys(repeatingRandom(2));
const trustedKeys = [alice.publicKey, bob.publicKey];

/** A capsule of two commits, signed by two, closed; where its batches end, and where its signatures' frames begin. */
interface Signed {
  readonly bytes: Uint8Array;
  readonly ends: readonly number[];
  readonly frames: readonly number[];
}
let signed: Signed;

async function makeSigned(): Promise<Signed> {
  const { capsule, runtime } = await newCapsule();
  for (const path of ["plan.md", "spec.md"]) {
    await capsule.put({ path }, `# ${path}\n${"bearer tokens for the service ".repeat(20)}`);
    await capsule.commit({ label: path });
  }
  await capsule.sign(alice.secretKey);
  await capsule.sign(bob.secretKey);
  const ends: number[] = [];
  for await (const { endOffset } of capsule.log()) ends.unshift(endOffset);
  const { signatures } = await capsule.verifySignatures();
  await capsule.close();
  const frames = signatures.map(({ offset }) => offset).reverse();
  return { bytes: runtime.files.readFile(CAPSULE_PATH), ends, frames };
}

beforeAll(async () => {
  signed = await makeSigned();
});

/** What verifying a file comes to: the state, and the offsets that the findings name. */
async function verified(bytes: Uint8Array) {
  const runtime = memoryMachine();
  runtime.files.writeFile(CAPSULE_PATH, Uint8Array.from(bytes));
  const { state, sequence, diagnostics, signatures } = await Capsule.verify(CAPSULE_PATH, { runtime, trustedKeys });
  return { state, sequence, signatures, codes: diagnostics.map(({ code }) => code), diagnostics };
}

function splice(bytes: Uint8Array, from: number, to: number, ...instead: Uint8Array[]): Uint8Array {
  return concatBytes(bytes.subarray(0, from), ...instead, bytes.subarray(to));
}

describe("a signed capsule", () => {
  it("is verified as it is", async () => {
    expect(await verified(signed.bytes)).toMatchObject({ state: "verified", sequence: 2, codes: ["Healthy"] });
    expect(signed.frames).toHaveLength(2);
  });

  it("isn't with any byte altered, and the findings name the place", async () => {
    const { bytes } = signed;
    const headEnd = signed.ends.at(-1) as number;
    let places = 0;
    for (let at = 0; at < bytes.length; at += at < 256 ? 23 : 41) {
      const altered = bytes.slice();
      altered[at] = (altered[at] as number) ^ 0x10;
      let outcome: Awaited<ReturnType<typeof verified>>;
      try {
        outcome = await verified(altered);
      } catch (error) {
        // The first bytes say what kind of file it is.
        expect(["ForeignFormat", "VersionMismatch"]).toContain((error as { code?: string }).code);
        expect(at).toBeLessThan(16);
        continue;
      }
      // Without its note the file is as whole as before, with 64 bytes behind its end that aren't anybody's.
      expect(outcome.state, String(at)).toBe(at >= headEnd ? "verified-to-sequence" : "broken");
      const offsets = outcome.diagnostics.flatMap(({ offset }) => (offset === undefined ? [] : [offset]));
      expect(
        offsets.some((offset) => offset <= at && at < offset + 2048),
        `${at}: ${offsets}`,
      ).toBe(true);
      places++;
    }
    expect(places).toBeGreaterThan(50);
  });

  it("isn't once it was cut, but where a signature's batch ends", async () => {
    const { bytes, ends } = signed;
    for (let length = bytes.length - 1; length > 300; length -= 37) await expectCut(bytes.subarray(0, length));
    const [, content = 0, first = 0, second = 0] = ends;
    expect(await verified(bytes.subarray(0, second))).toMatchObject({ state: "verified", codes: ["Healthy"] });
    expect(await verified(bytes.subarray(0, first))).toMatchObject({ state: "verified", codes: ["Healthy"] });
    expect(await verified(bytes.subarray(0, content))).toMatchObject({ state: "unsigned", codes: ["Healthy"] });
  });

  async function expectCut(bytes: Uint8Array): Promise<void> {
    const { state, diagnostics } = await verified(bytes);
    expect(["unsigned", "verified-to-sequence", "broken"]).toContain(state);
    expect(diagnostics.some(({ level, offset }) => level !== "ok" && (offset ?? -1) <= bytes.length)).toBe(true);
  }

  it("isn't with pieces left out, moved or repeated", async () => {
    const { bytes, ends, frames } = signed;
    const [first = 0, content = 0, added = 0, end = 0] = ends;
    const cases = {
      "a commit left out": splice(bytes, first, content),
      "the first signatures left out": splice(bytes, content, added),
      "two batches exchanged": splice(bytes, content, end, bytes.subarray(added, end), bytes.subarray(content, added)),
      "a signature's frame left out": splice(bytes, frames[0] as number, (frames[0] as number) + 200),
      "a batch of signatures repeated": splice(bytes, end, bytes.length, bytes.subarray(added, end)),
      "a content moved behind": splice(bytes, 256, content, bytes.subarray(first, content), bytes.subarray(256, first)),
    };
    for (const [name, altered] of Object.entries(cases)) {
      const { state, diagnostics } = await verified(altered);
      expect(state, name).not.toBe("verified");
      expect(
        diagnostics.some(({ level, offset }) => level !== "ok" && offset !== undefined),
        name,
      ).toBe(true);
    }
  });

  it("is verified up to its sequence with anything behind it", async () => {
    for (const behind of [Uint8Array.of(0), new Uint8Array(4096), signed.bytes.slice(0, 500)]) {
      expect(await verified(concatBytes(signed.bytes, behind))).toMatchObject({
        state: "verified-to-sequence",
        sequence: 2,
        codes: ["DeadTail"],
        diagnostics: [{ offset: signed.bytes.length }],
      });
    }
    const runtime = memoryMachine();
    runtime.files.writeFile(CAPSULE_PATH, signed.bytes);
    const capsule = await Capsule.open(CAPSULE_PATH, { runtime, mode: "write" });
    await capsule.put({ path: "late.md" }, "after");
    await capsule.close();
    const later = await verified(runtime.files.readFile(CAPSULE_PATH));
    expect(later).toMatchObject({ state: "verified-to-sequence", sequence: 2, codes: ["Healthy"] });
  });
});

/** Puts other frames in the place of the last batch, with a commit frame and a trailer that fit: all that needs no key. */
function forge(
  { bytes, ends }: Signed,
  alterBody: (body: CommitBody, batch: Uint8Array[]) => CommitBody,
  frames: (start: number) => Uint8Array[],
): Uint8Array {
  const start = ends.at(-2) as number;
  const root0 = rootZero(bytes);
  const batch = frames(start);
  const commitAt = start + batch.reduce((sum, { length }) => sum + length, 0);
  const original = parseFrame(bytes, (ends.at(-1) as number) - 64 - commitFrameBytes(bytes, ends.at(-1) as number));
  const body = parseCommitBody(frameBody(original), original.offset);
  const batchDigest = hash(...batch.map((frame) => frame.subarray(0, 32)));
  const counters = { ...body.counters, frames: body.counters.frames - 1 + batch.length };
  const altered = alterBody({ ...body, batchDigest, counters }, batch);
  const commit = encodeFrame({ kind: FrameKind.commit, offset: commitAt, body: encodeCommitBody(altered) });
  const name = { offset: commitAt, hash: commit.subarray(0, 32) };
  const trailer = encodeMark(MarkKind.trailer, commitAt + commit.length, name, root0);
  return concatBytes(bytes.subarray(0, start), ...batch, commit, trailer);
}

/** Length of the commit frame before the trailer that ends at `end`: it is named by the trailer. */
function commitFrameBytes(bytes: Uint8Array, end: number): number {
  const trailer = end - 64;
  return trailer - Number(new DataView(bytes.buffer, bytes.byteOffset + trailer).getBigUint64(32, true));
}

describe("a commit of signatures that somebody without a key made", () => {
  const keep = (start: number) => [signed.bytes.subarray(start, start + 200)];

  it("is taken where it only repeats a signature (the control of this test)", async () => {
    const file = forge(signed, (body) => body, keep);
    expect(await verified(file)).toMatchObject({ state: "verified", codes: ["Healthy"] });
    expect(verifyCapsule(file).findings).toEqual([]);
  });

  it("is corruption where it changes what the capsule holds", async () => {
    const cases: ((body: CommitBody) => CommitBody)[] = [
      (body) => ({ ...body, recordCount: body.recordCount + 1 }),
      (body) => ({ ...body, branchCount: 1 }),
      (body) => ({ ...body, counters: { ...body.counters, events: 7 } }),
      (body) => ({ ...body, counters: { ...body.counters, frames: body.counters.frames + 1 } }),
      (body) => ({ ...body, segments: [] }),
      (body) => ({ ...body, tailPacks: [{ offset: 256, hash: signed.bytes.slice(256, 288) }] }),
      (body) => ({ ...body, dictionary: { offset: 256, hash: signed.bytes.slice(256, 288) } }),
    ];
    for (const [index, alterBody] of cases.entries()) {
      const file = forge(signed, alterBody, keep);
      const outcome = await verified(file);
      expect(outcome.state, `case ${index}`).not.toBe("verified");
      expect(outcome.codes, `case ${index}`).not.toEqual(["Healthy"]);
      const levels = verifyCapsule(file).findings.map(({ level }) => level);
      expect(
        levels.some((level) => level === "error" || level === "warning"),
        `case ${index}`,
      ).toBe(true);
    }
  });

  it("is corruption where it holds something else too, or a signature of another length", async () => {
    const body = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const blob = (offset: number) => encodeFrame({ kind: FrameKind.blob, offset, body });
    const short = (offset: number) => encodeFrame({ kind: FrameKind.signatures, offset, body });
    const skippable = (offset: number) => encodeFrame({ kind: 99, offset, body, skippable: true });
    for (const other of [blob, short, skippable]) {
      const behind = forge(
        signed,
        (commit) => commit,
        (start) => [...keep(start), other(start + 200)],
      );
      const outcome = await verified(behind);
      expect(outcome.state).not.toBe("verified");
      expect(outcome.codes).toContain("PassedOverBatch");
      expect(verifyCapsule(behind).findings.some(({ level }) => level === "warning")).toBe(true);
    }
  });

  it("is broken where the signature is another capsule's, another commit's, or not by that key", async () => {
    const bodyAt = (start: number) => signed.bytes.slice(start + 56, start + 200);
    const altered = (change: (body: Uint8Array) => void) =>
      forge(
        signed,
        (commit) => commit,
        (start) => {
          const body = bodyAt(start);
          change(body);
          return [encodeFrame({ kind: FrameKind.signatures, offset: start, body })];
        },
      );
    const bytesOfKey = bodyAt(signed.frames[0] as number).subarray(48, 80);
    const cases = {
      "another sequence": altered((body) => body.fill(1, 0, 1)),
      "another root": altered((body) => body.fill(0, 8, 40)),
      "another end": altered((body) => body.fill(8, 40, 41)),
      "another key": altered((body) => body.set(bytesOfKey, 48)),
      "another signature": altered((body) => body.fill(0, 80)),
      "a key of low order": altered((body) => body.fill(0, 48, 80)),
    };
    for (const [name, file] of Object.entries(cases)) {
      const { state, signatures, codes } = await verified(file);
      expect({ state, codes, valid: signatures.map(({ valid }) => valid) }, name).toEqual({
        state: "broken",
        codes: ["Healthy"],
        valid: [false, true],
      });
      expect(
        verifyCapsule(file).findings.map(({ level }) => level),
        name,
      ).toEqual(["warning"]);
    }
  });
});
