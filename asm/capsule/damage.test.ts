import { beforeAll, describe, expect, test } from "vitest";
import { CoreHost } from "../testing/core-host.js";

/** What damaged files do: cut anywhere, flipped anywhere, made of forged marks. `EVERY_BIT=1` tries each bit instead of each 29th. */

const uriOf = (index: number): string => `mv2://default/workspace/main/artifact/docs/d${index}.md`;
const textOf = (index: number): string => `document ${index}: ${"retry budget queue timeout ".repeat(1 + (index % 9))}`;

let host: CoreHost;
beforeAll(async () => {
  host = await CoreHost.create();
});

/** Commits of so many documents each; answers the file's length after each commit. */
function write(batches: readonly number[]): number[] {
  host.createCapsule();
  const ends: number[] = [];
  let index = 0;
  for (const count of batches) {
    for (let i = 0; i < count; i++) host.put(uriOf(index), textOf(index++));
    host.commit();
    ends.push(host.size);
  }
  return ends;
}

describe("a file that is cut", () => {
  test("anywhere in its last two batches opens at the last whole commit, and goes on", () => {
    const ends = write([5, 3, 1, 4]);
    const whole = host.bytes();
    const [, second = 0, third = 0, fourth = 0] = ends;
    for (let length = second; length <= fourth; length++) {
      expect(host.open(whole.subarray(0, length), true), `cut to ${length}`).toBe(0);
      const sequence = length === fourth ? 4 : length >= third ? 3 : 2;
      expect(host.sequence(), `cut to ${length}`).toBe(sequence);
      const documents = [5, 8, 9, 13][sequence - 1] as number;
      expect(host.get(uriOf(documents - 1))).toBe(textOf(documents - 1));
      expect(host.get(uriOf(documents))).toBeNull();
      host.put(uriOf(100), textOf(100));
      host.commit();
      const grown = host.bytes();
      expect(host.open(grown)).toBe(0);
      expect(host.sequence()).toBe(sequence + 1);
      for (let i = 0; i < documents; i++) expect(host.get(uriOf(i))).toBe(textOf(i));
      expect(host.get(uriOf(100))).toBe(textOf(100));
      expect(host.verify()).toBeNull();
    }
  });
});

describe("content made of a capsule's own marks and frames", () => {
  test("never opens as a commit, wherever the file is cut", () => {
    write([4, 4]);
    const own = host.bytes();
    host.put(uriOf(50), own, false);
    host.put(uriOf(51), own.slice(-600), false);
    host.commit();
    const whole = host.bytes();
    for (let length = own.length; length < whole.length; length += 8) {
      expect(host.open(whole.subarray(0, length))).toBe(0);
      expect(host.sequence()).toBe(2);
    }
    expect(host.open(whole)).toBe(0);
    expect(host.sequence()).toBe(3);
  });
});

describe("a flipped bit in a capsule that was closed", () => {
  test("is reported by the deep check, and never opens an older commit in silence", () => {
    write([40, 1, 1, 30, 28]);
    host.must("closeNote");
    const whole = host.bytes();
    const step = process.env["EVERY_BIT"] ? 1 : 29;
    let tried = 0;
    for (let bit = 0; bit < whole.length * 8; bit += step) {
      const changed = whole.slice();
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      tried++;
      if (host.open(changed) < 0) continue;
      const inNote = bit >> 3 >= whole.length - 64;
      // The note alone may be lost: what it vouched for is still whole, and the dead tail is reported.
      if (host.sequence() !== 5) throw new Error(`Bit ${bit}: opened commit ${host.sequence()}`);
      if (host.verify() === null && !inNote)
        throw new Error(`Bit ${bit} (byte ${bit >> 3} of ${whole.length}) isn't noticed`);
    }
    expect(tried).toBeGreaterThan(1000);
    if (process.env["EVERY_BIT"]) console.log(`${tried} bits of ${whole.length} bytes tried`);
  });
});

describe("thousands of commits of one small artifact", () => {
  test("take less than 1.5 KB each", () => {
    host.createCapsule();
    let content = 0;
    for (let i = 0; i < 2000; i++) {
      const text = `small artifact number ${i} with a few words`;
      content += text.length;
      host.put(uriOf(i), text);
      host.commit();
    }
    expect((host.size - content) / 2000).toBeLessThan(1536);
    const grown = host.bytes();
    host.bytesRead = 0;
    expect(host.open(grown)).toBe(0);
    expect(host.get(uriOf(1000))).toContain("1000");
    expect(host.bytesRead).toBeLessThan(256 * 1024);
    expect(host.search("artifact")).toBe(1000);
  });

  test("return memory to its floor", () => {
    host.createCapsule();
    const floors: number[] = [];
    for (let round = 0; round < 12; round++) {
      for (let i = 0; i < 70; i++) host.put(uriOf(round * 100 + i), textOf(i));
      host.commit();
      host.search("retry budget");
      floors.push(host.call("memoryInUse"));
    }
    // What stays is a chunk (16 KiB) for each live segment; the rounds made up to eight more of them than there were.
    expect(floors.at(-1)).toBeLessThanOrEqual((floors[3] as number) + 8 * (1 << 14));
  });
});

describe("a batch that was passed over", () => {
  test("is reported, stays in the file, and the next commit declares it", () => {
    const [end = 0] = write([5, 3]);
    const torn = host.bytes();
    torn[end + 100] = (torn[end + 100] as number) ^ 1;
    expect(host.open(torn, true)).toBe(0);
    expect(host.sequence()).toBe(1);
    expect(host.passedOver()).toBeGreaterThan(end);
    expect(host.size).toBe(torn.length);
    host.put(uriOf(60), textOf(60));
    host.commit();
    const grown = host.bytes();
    expect(Buffer.compare(grown.subarray(0, torn.length), torn)).toBe(0);
    expect(host.open(grown)).toBe(0);
    expect(host.sequence()).toBe(2);
    expect(host.verify()).toBeNull();
    expect(host.get(uriOf(60))).toBe(textOf(60));
    expect(host.get(uriOf(5))).toBeNull();
  });
});

describe("an append that fails", () => {
  test("poisons the instance; reopening gives the last commit", () => {
    write([6]);
    const before = host.size;
    host.put(uriOf(7), textOf(7));
    host.room = 0;
    expect(host.call("commit", 1)).toBe(-6);
    host.room = Number.POSITIVE_INFINITY;
    expect(host.call("commit", 1)).toBe(-14);
    expect(host.size).toBe(before);
    expect(host.open(host.bytes(), true)).toBe(0);
    expect(host.get(uriOf(7))).toBeNull();
    expect(host.get(uriOf(5))).toBe(textOf(5));
  });
});
