/**
 * Writes `aead-kernel.ts`: ChaCha20 for SIMD128, Poly1305 with 64-bit integers, and the two interleaved.
 *
 * A vector is a row of one ChaCha block's 4 × 4 state ("horizontal"); three blocks are worked on at once, which hides latency with few
 * enough registers for every engine. The fused kernel puts two steps of Poly1305 into each of the first six double rounds: one works in
 * the vector units, the other in the scalar ones.
 *
 * Poly1305 keeps its accumulator h in five words of 32 bits (in u64), and multiplies by r in four. Since r1, r2 and r3 are clamped to
 * multiples of 4, what overflows 2^128 is folded back with q = r + r / 4 = 5 r / 4; h4 is a few bits only.
 *
 * Run `node asm/age/generate-aead.mjs` after a change; a test compares the checked-in file with `generate()`.
 * Source: RFC 8439, sections 2.3 to 2.5.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const GROUP_BLOCKS = 3;
const BLOCK_BYTES = 64;
const GROUP_BYTES = GROUP_BLOCKS * BLOCK_BYTES;
const DOUBLE_ROUNDS = 10;
const POLY_BYTES = 16;
/** Poly1305 steps in a double round of the fused kernel. */
const STEPS_A_ROUND = 2;
const FUSED_ROUNDS = GROUP_BYTES / POLY_BYTES / STEPS_A_ROUND;

/** Words of Poly1305's record, all u64 but the last, which is the key's second half as it came. */
const RECORD = ["h0", "h1", "h2", "h3", "h4", "r0", "r1", "r2", "r3", "q0", "q1", "q2", "q3"];
const wordOffset = (name) => 8 * RECORD.indexOf(name);
const PAD_OFFSET = 8 * RECORD.length;

const laneBytes = (lanes) => lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)).join(", ");
const rotateLanes = (x, by) => `${x} = i8x16.shuffle(${x}, ${x}, ${laneBytes([0, 1, 2, 3].map((i) => (i + by) & 3))});`;
const at = (offset) => (offset === 0 ? "" : `, ${offset}`);
const blocksOf = (count) => [...Array(count).keys()];
const indent = (lines, depth) => lines.map((line) => `${"  ".repeat(depth)}${line}`);

/** The quarter round on whole rows, for all blocks step by step. */
function quarterRound(blocks) {
  const each = (line) => blocks.map(line);
  return [
    ...each((i) => `a${i} = i32x4.add(a${i}, b${i});`),
    ...each((i) => `d${i} = rotateLeft16(v128.xor(d${i}, a${i}));`),
    ...each((i) => `c${i} = i32x4.add(c${i}, d${i});`),
    ...each((i) => `b${i} = rotateLeft12(v128.xor(b${i}, c${i}));`),
    ...each((i) => `a${i} = i32x4.add(a${i}, b${i});`),
    ...each((i) => `d${i} = rotateLeft8(v128.xor(d${i}, a${i}));`),
    ...each((i) => `c${i} = i32x4.add(c${i}, d${i});`),
    ...each((i) => `b${i} = rotateLeft7(v128.xor(b${i}, c${i}));`),
  ];
}

/** Columns, then diagonals: rows b, c, d are turned so that a diagonal stands in a column, and back. */
function doubleRound(blocks) {
  const turn = (b, c, d) =>
    blocks.flatMap((i) => [rotateLanes(`b${i}`, b), rotateLanes(`c${i}`, c), rotateLanes(`d${i}`, d)]);
  return [...quarterRound(blocks), ...turn(1, 2, 3), ...quarterRound(blocks), ...turn(3, 2, 1)];
}

const loadState = (blocks) =>
  blocks.flatMap((i) => [
    `let a${i} = v128.load(state);`,
    `let b${i} = v128.load(state, 16);`,
    `let c${i} = v128.load(state, 32);`,
    `let d${i} = i32x4.add(v128.load(state, 48), i32x4(${i}, 0, 0, 0));`,
  ]);

const xorText = (blocks) =>
  blocks.flatMap((i) =>
    ["a", "b", "c", "d"].map((row, r) => {
      const offset = BLOCK_BYTES * i + 16 * r;
      const first = row === "d" ? `i32x4.add(d${i}, i32x4(${i}, 0, 0, 0))` : `${row}${i}`;
      const stream = `i32x4.add(${first}, v128.load(state${at(16 * r)}))`;
      return `v128.store(text, v128.xor(v128.load(text${at(offset)}), ${stream})${at(offset)});`;
    }),
  );

const advance = (count) => [
  `store<u32>(state, load<u32>(state, 48) + ${count}, 48);`,
  `text += ${count * BLOCK_BYTES};`,
];

/** One step of Poly1305: h = (h + 16 bytes + 2^128) r, reduced as far as words need it. */
function polyStep(pointer, offset) {
  const word = (i) => `<u64>load<u32>(${pointer}${at(offset + 4 * i)})`;
  return [
    "{",
    ...indent(
      [
        `const s0 = h0 + ${word(0)};`,
        `const s1 = h1 + ${word(1)};`,
        `const s2 = h2 + ${word(2)};`,
        `const s3 = h3 + ${word(3)};`,
        "const s4 = h4 + 1;",
        "const x0 = s0 * r0 + s1 * q3 + s2 * q2 + s3 * q1 + s4 * q0;",
        "const x1 = s0 * r1 + s1 * r0 + s2 * q3 + s3 * q2 + s4 * q1;",
        "const x2 = s0 * r2 + s1 * r1 + s2 * r0 + s3 * q3 + s4 * q2;",
        "const x3 = s0 * r3 + s1 * r2 + s2 * r1 + s3 * r0 + s4 * q3;",
        "const top = s4 * (r0 & 3) + (x3 >> 32);",
        "const u0 = (top >> 2) * 5 + (x0 & LOW_HALF);",
        "const u1 = (u0 >> 32) + (x1 & LOW_HALF) + (x0 >> 32);",
        "const u2 = (u1 >> 32) + (x2 & LOW_HALF) + (x1 >> 32);",
        "const u3 = (u2 >> 32) + (x3 & LOW_HALF) + (x2 >> 32);",
        "h0 = u0 & LOW_HALF;",
        "h1 = u1 & LOW_HALF;",
        "h2 = u2 & LOW_HALF;",
        "h3 = u3 & LOW_HALF;",
        "h4 = (u3 >> 32) + (top & 3);",
      ],
      1,
    ),
    "}",
  ];
}

const loadPoly = () =>
  RECORD.map((name) => `${name[0] === "h" ? "let" : "const"} ${name} = load<u64>(poly${at(wordOffset(name))});`);
const storePoly = () => RECORD.slice(0, 5).map((name) => `store<u64>(poly, ${name}${at(wordOffset(name))});`);

const loop = (variable, count, body) => [
  `for (let ${variable} = 0; ${variable} < ${count}; ${variable}++) {`,
  ...indent(body, 1),
  "}",
];

function chacha(name, comment, blockCount) {
  const blocks = blocksOf(blockCount);
  const body = loop("n", "count", [
    ...loadState(blocks),
    ...loop("round", DOUBLE_ROUNDS, doubleRound(blocks)),
    ...xorText(blocks),
    ...advance(blockCount),
  ]);
  const head = `export function ${name}(state: usize, text: usize, count: i32): void {`;
  return [`/** ${comment} */`, head, ...indent(body, 1), "}"];
}

function polyBlocks() {
  const body = [
    ...loadPoly(),
    ...loop("n", "count", [...polyStep("source", 0), `source += ${POLY_BYTES};`]),
    ...storePoly(),
  ];
  const head = "export function polyBlocks(poly: usize, source: usize, count: i32): void {";
  return ["/** Authenticates `count` blocks of 16 bytes. */", head, ...indent(body, 1), "}"];
}

function fused() {
  const blocks = blocksOf(GROUP_BLOCKS);
  const steps = blocksOf(STEPS_A_ROUND).flatMap((i) => polyStep("source", POLY_BYTES * i));
  const body = [
    ...loadPoly(),
    ...loop("n", "count", [
      ...loadState(blocks),
      ...loop("round", FUSED_ROUNDS, [...doubleRound(blocks), ...steps, `source += ${POLY_BYTES * STEPS_A_ROUND};`]),
      ...loop("round", DOUBLE_ROUNDS - FUSED_ROUNDS, doubleRound(blocks)),
      ...xorText(blocks),
      ...advance(GROUP_BLOCKS),
    ]),
    ...storePoly(),
  ];
  const comment = [
    "/**",
    ` * Ciphers \`count\` groups of ${GROUP_BYTES} bytes in place and authenticates as many bytes at \`source\`. A group is authenticated`,
    " * before it is ciphered, so that `source` may be `text` itself (decrypting) or the group before it (encrypting).",
    " */",
  ];
  const head =
    "export function cipherAndAuthenticate(state: usize, text: usize, count: i32, poly: usize, source: usize): void {";
  return [...comment, head, ...indent(body, 1), "}"];
}

const rotation = (name, body) => [`function ${name}(x: v128): v128 {`, `  return ${body};`, "}"];
const shifts = (by) => `v128.or(i32x4.shl(x, ${by}), i32x4.shr_u(x, ${32 - by}))`;

/** The text of `aead-kernel.ts`. */
export function generate() {
  const lines = [
    "// Written by generate-aead.mjs; what it says is explained there.",
    "",
    "/** Bytes that `cipherGroups` and `cipherAndAuthenticate` work on at once. */",
    `export const GROUP_BYTES: i32 = ${GROUP_BYTES};`,
    "/** Poly1305's record: h0 to h4, r0 to r3 and q0 to q3 as u64, then 16 bytes that are added at the end. */",
    `export const POLY_R: usize = ${wordOffset("r0")};`,
    `export const POLY_Q: usize = ${wordOffset("q0")};`,
    `export const POLY_PAD: usize = ${PAD_OFFSET};`,
    `export const POLY_RECORD_BYTES: i32 = ${PAD_OFFSET + 16};`,
    "const LOW_HALF: u64 = 0xffffffff;",
    "",
    // A shuffle of halves of words, for which no engine needs a mask; by 8, on V8 before 13 and on JavaScriptCore, a swizzle is best.
    ...rotation("rotateLeft16", "i8x16.shuffle(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)"),
    ...rotation("rotateLeft12", shifts(12)),
    ...rotation("rotateLeft8", "i8x16.swizzle(x, i8x16(3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14))"),
    ...rotation("rotateLeft7", shifts(7)),
    "",
    ...chacha("cipherBlocks", "Ciphers `count` blocks of 64 bytes in place.", 1),
    "",
    ...chacha("cipherGroups", `Ciphers \`count\` groups of ${GROUP_BYTES} bytes in place.`, GROUP_BLOCKS),
    "",
    ...polyBlocks(),
    "",
    ...fused(),
    "",
  ];
  return lines.join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  writeFileSync(fileURLToPath(new URL("aead-kernel.ts", import.meta.url)), generate());
}
