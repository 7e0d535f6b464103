import { expect, test } from "vitest";
import { FlippedBits } from "./flipped-bits.js";

/** `EVERY_BIT=1` tries each bit of the file, else a sample of some thousands that no field's width divides. */
const STEP = process.env["EVERY_BIT"] ? 1 : 61;

test(
  "a flipped bit is told by doctor with its frame's place, and no read gives a different answer",
  async () => {
    const flipped = await FlippedBits.create();
    for (let bit = 0; bit < flipped.file.length * 8; bit += STEP) await flipped.check(bit);
    const { bits, refused, reported, readsRefused } = flipped.tally;
    expect(bits).toBeGreaterThan(1000);
    expect(refused + reported).toBe(bits);
    expect(Math.min(refused, reported, readsRefused)).toBeGreaterThan(0);
    if (STEP === 1) console.log(`${flipped.file.length} bytes: ${JSON.stringify(flipped.tally)}`);
  },
  STEP === 1 ? 3_600_000 : 120_000,
);
