import { expect, test } from "vitest";
import { compileForTest } from "../testing/compile.js";

test("chunks return to the free list", async () => {
  const m = await compileForTest<{
    chunkBits(n: number): number;
    takeChunk(b: number): number;
    giveChunk(p: number, b: number): void;
    chunkBytesInUse(): number;
  }>("asm/memory/chunks.ts");
  expect(m.chunkBits(1)).toBe(14);
  expect(m.chunkBits(16385)).toBe(15);
  const a = m.takeChunk(20);
  expect(a % 16).toBe(0);
  expect(m.chunkBytesInUse()).toBe(1 << 20);
  m.giveChunk(a, 20);
  expect(m.chunkBytesInUse()).toBe(0);
  expect(m.takeChunk(20)).toBe(a);
});
