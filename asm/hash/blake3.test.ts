import { readFileSync } from "node:fs";
import { blake3 as reference } from "@noble/hashes/blake3.js";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { compileForTest } from "../testing/compile.js";
import { generate } from "./generate-blake3.mjs";

interface Exports {
  memory: WebAssembly.Memory;
  BLAKE3_STATE_BYTES: WebAssembly.Global;
  setHorizontalKernel(on: number): void;
  blake3(source: number, length: number, out: number): void;
  blake3Start(state: number): void;
  blake3Update(state: number, source: number, length: number): void;
  blake3Finish(state: number, out: number): void;
}

const MAX_BYTES = 3 << 20;
let core: Exports;
let out: number;
let state: number;
let source: number;
let bytes: Uint8Array;

beforeAll(async () => {
  core = await compileForTest<Exports>("asm/hash/blake3.ts");
  out = core.memory.grow(2 + MAX_BYTES / 65536) * 65536;
  state = out + 64;
  // Odd, so that nothing depends on alignment.
  source = out + 65537;
  bytes = new Uint8Array(core.memory.buffer);
  // The input of the official test vectors.
  for (let i = 0; i < MAX_BYTES; i++) bytes[source + i] = i % 251;
});

const input = (length: number) => bytes.subarray(source, source + length);
const hex = (digest: Uint8Array) => Buffer.from(digest).toString("hex");

function oneShot(length: number): string {
  core.blake3(source, length, out);
  return hex(bytes.slice(out, out + 32));
}

function streamed(length: number, pieces: Iterable<number>): string {
  core.blake3Start(state);
  let done = 0;
  for (const piece of pieces) {
    const taken = Math.min(piece, length - done);
    core.blake3Update(state, source + done, taken);
    done += taken;
  }
  core.blake3Update(state, source + done, length - done);
  core.blake3Finish(state, out);
  return hex(bytes.slice(out, out + 32));
}

const aroundChunks = [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 63, 64, 65, 127, 128, 129, 200].flatMap((chunks) =>
  [-1, 0, 1].map((difference) => chunks * 1024 + difference),
);

describe.each([0, 1])("with setHorizontalKernel(%i)", (horizontal) => {
  beforeAll(() => core.setHorizontalKernel(horizontal));

  test("blake3() gives the official digests", () => {
    // From test_vectors.json of the BLAKE3 repository.
    expect(oneShot(0)).toBe("af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
    expect(oneShot(1)).toBe("2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213");
    expect(oneShot(1024)).toBe("42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7");
  });

  test("blake3() equals the reference for every length up to 300 and steps beyond", () => {
    for (let length = 0; length <= 5000; length += length < 300 ? 1 : 37) {
      expect(oneShot(length), `${length} bytes`).toBe(hex(reference(input(length))));
    }
  });

  test("blake3() equals the reference around chunk boundaries and for megabytes", () => {
    for (const length of [...aroundChunks, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 2_500_000, MAX_BYTES]) {
      expect(oneShot(length), `${length} bytes`).toBe(hex(reference(input(length))));
    }
  });

  test("blake3Update() in any pieces gives the digest of the whole", () => {
    const piece = fc.oneof(fc.nat(130), fc.nat(3000), fc.nat(100_000), fc.constantFrom(0, 64, 1024, 4096, 65536));
    fc.assert(
      fc.property(fc.nat(300_000), fc.array(piece, { maxLength: 12 }), (length, pieces) => {
        expect(streamed(length, pieces)).toBe(oneShot(length));
      }),
      { numRuns: 300 },
    );
    for (const length of aroundChunks) expect(streamed(length, [1024, 1, 1023, 4096])).toBe(oneShot(length));
  });
});

test("BLAKE3_STATE_BYTES is never overrun", () => {
  const stateBytes = core.BLAKE3_STATE_BYTES.value as number;
  bytes.fill(0xa5, state + stateBytes, state + stateBytes + 64);
  streamed(
    MAX_BYTES,
    Array.from({ length: 3000 }, () => 1023),
  );
  expect(bytes.subarray(state + stateBytes, state + stateBytes + 64).every((byte) => byte === 0xa5)).toBe(true);
});

test("blake3-kernel.ts is what its generator writes", () => {
  expect(readFileSync(new URL("./blake3-kernel.ts", import.meta.url), "utf8")).toBe(generate());
});
