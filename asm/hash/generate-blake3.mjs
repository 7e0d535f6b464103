/**
 * Writes `blake3-kernel.ts`: BLAKE3's compression function unrolled for SIMD128, in three shapes.
 *
 *   compress                one chunk at a time; a vector is a row of the 4 × 4 state ("horizontal")
 *   hashTwoHorizontal       the same for two inputs, interleaved to hide latency
 *   compressFour            four inputs at once; a vector is one state word of all four ("vertical")
 *
 * Run `node asm/hash/generate-blake3.mjs` after a change; a test compares the checked-in file with `generate()`.
 * Source: BLAKE3 specification, sections 2.1 to 2.4 (https://github.com/BLAKE3-team/BLAKE3-specs).
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROUNDS = 7;
/** The specification's permutation of message words between rounds. */
const PERMUTATION = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];

/** schedule[r][i]: which message word the i-th use in round r reads. */
const schedule = [[...Array(16).keys()]];
for (let round = 1; round < ROUNDS; round++) schedule.push(PERMUTATION.map((i) => schedule[round - 1][i]));

/** Byte indices of an i8x16.shuffle that picks 32-bit lanes: 0..3 of the first operand, 4..7 of the second. */
const laneBytes = (lanes) => lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)).join(", ");
const shuffle = (a, b, lanes) => `i8x16.shuffle(${a}, ${b}, ${laneBytes(lanes)})`;

/**
 * The two halves of the quarter round G: rotations by 16 and 12, then by 8 and 7. By 16 is a shuffle of halves of words,
 * two instructions that need no mask. By 8 is a swizzle, whose mask wants a register, and which V8 compiles to one
 * instruction up to version 12 and to two since: the kernel for four inputs is a tenth faster there with shifts, and
 * loses a thirtieth on older ones. The kernel for two inputs, which JavaScriptCore runs, has least registers to spare
 * and does the one by 16 by shifts.
 */
const HALVES = [
  ["rotateRight16", "rotateRight12"],
  ["rotateRight8", "rotateRight7"],
];
const HALVES_OF_TWO = [["rotateRight16ByShifts", "rotateRight12"], HALVES[1]];
const HALVES_OF_FOUR = [HALVES[0], ["rotateRight8ByShifts", "rotateRight7"]];

// ---------------------------------------------------------------------------------------------------------------------
// Horizontal: rows a, b, c, d of the state. Columns are mixed lane by lane; for the diagonals a, c and d are rotated
// against b (b is on the critical path, so it stays). Message words follow in vectors m0..m3, one for each half of G:
// m0, m1 for the columns and m2, m3 for the diagonals.

/**
 * Which uses of the schedule each message vector holds, lane by lane. The diagonal through b's lane 0 is the fourth.
 */
const USES = [
  [0, 2, 4, 6],
  [1, 3, 5, 7],
  [14, 8, 10, 12],
  [15, 9, 11, 13],
];
const DIAGONALIZE = { a: [3, 0, 1, 2], c: [1, 2, 3, 0], d: [2, 3, 0, 1] };
const UNDIAGONALIZE = { a: [1, 2, 3, 0], c: [3, 0, 1, 2], d: [2, 3, 0, 1] };

/** First round: the message as it lies in memory, words 0..3, 4..7, 8..11, 12..15. */
const FIRST_MESSAGE = [
  [["m0", "m1", [0, 2, 4, 6]]],
  [["m0", "m1", [1, 3, 5, 7]]],
  [["m2", "m3", [6, 0, 2, 4]]],
  [["m2", "m3", [7, 1, 3, 5]]],
];
/** Later rounds: from the previous round's vectors. In a second step "t" is the first step's result. */
const NEXT_MESSAGE = [
  [["m0", "m1", [1, 5, 7, 2]]],
  [
    ["m2", "m3", [2, 2, 7, 7]],
    ["m0", "t", [3, 5, 0, 7]],
  ],
  [
    ["m3", "m1", [0, 4, 4, 1]],
    ["t", "m2", [0, 1, 7, 3]],
  ],
  [
    ["m1", "m3", [2, 6, 2, 6]],
    ["t", "m2", [5, 1, 0, 4]],
  ],
];

/** Follows a recipe symbolically, to prove that the shuffles bring the words that the schedule asks for. */
function followRecipe(recipe, vectors) {
  let t = [];
  for (const [left, right, lanes] of recipe) {
    const pair = [left, right].flatMap((name) => (name === "t" ? t : vectors[Number(name[1])]));
    t = lanes.map((lane) => pair[lane]);
  }
  return t;
}
let vectors = [0, 4, 8, 12].map((first) => [first, first + 1, first + 2, first + 3]);
for (let round = 0; round < ROUNDS; round++) {
  vectors = (round === 0 ? FIRST_MESSAGE : NEXT_MESSAGE).map((recipe) => followRecipe(recipe, vectors));
  const wanted = USES.map((uses) => uses.map((use) => schedule[round][use]));
  if (JSON.stringify(vectors) !== JSON.stringify(wanted))
    throw new Error(`message shuffles of round ${round} are wrong`);
}

/** The lines of one horizontal round, each given once for every input in `suffixes`. */
function horizontalRound(indent, messageRecipes, suffixes, halves) {
  const lines = [];
  const each = (line) => {
    for (const suffix of suffixes) lines.push(indent + line((name) => name + suffix));
  };
  const rotateRows = (rotations) => {
    for (const [row, lanes] of Object.entries(rotations)) each((v) => `${v(row)} = ${shuffle(v(row), v(row), lanes)};`);
  };
  for (let step = 0; step < 4; step++) {
    if (step === 2) rotateRows(DIAGONALIZE);
    const next = `t${step}`;
    for (const [left, right, lanes] of messageRecipes[step]) {
      const operand = (v, name) => v(name === "t" ? next : name);
      each((v) => `${v(next)} = ${shuffle(operand(v, left), operand(v, right), lanes)};`);
    }
    const [rotateD, rotateB] = halves[step % 2];
    each((v) => `${v("a")} = i32x4.add(i32x4.add(${v("a")}, ${v(next)}), ${v("b")});`);
    each((v) => `${v("d")} = ${rotateD}(v128.xor(${v("d")}, ${v("a")}));`);
    each((v) => `${v("c")} = i32x4.add(${v("c")}, ${v("d")});`);
    each((v) => `${v("b")} = ${rotateB}(v128.xor(${v("b")}, ${v("c")}));`);
  }
  rotateRows(UNDIAGONALIZE);
  for (let i = 0; i < 4; i++) each((v) => `${v(`m${i}`)} = ${v(`t${i}`)};`);
  return lines;
}

/** Compression of one block of each input: from message vectors and rows to rows. */
function horizontalBlock(suffixes, halves) {
  return [
    ...suffixes.map((suffix) => `    let t0${suffix}: v128, t1${suffix}: v128, t2${suffix}: v128, t3${suffix}: v128;`),
    ...horizontalRound("    ", FIRST_MESSAGE, suffixes, halves),
    `    for (let round = 1; round < ${ROUNDS}; round++) {`,
    ...horizontalRound("      ", NEXT_MESSAGE, suffixes, halves),
    "    }",
  ];
}

const loadMessage = (suffix, address) =>
  `    let ${[0, 1, 2, 3].map((i) => `m${i}${suffix} = v128.load(${address}, ${16 * i})`).join(", ")};`;

function compress() {
  return `
/**
 * Compresses \`blocks\` consecutive 64-byte blocks at \`source\` into the 32-byte chaining value at \`chainingValue\`.
 * \`blockLength\` is what each block counts as having (64, less only for a lone last block, padded with zeros);
 * \`firstFlags\` and \`lastFlags\` are added for the first and the last block.
 */
export function compress(
  chainingValue: usize, source: usize, blocks: u32, blockLength: u32,
  counter: u64, flags: u32, firstFlags: u32, lastFlags: u32,
): void {
  let h0 = v128.load(chainingValue), h1 = v128.load(chainingValue, 16);
  const position = i32x4.replace_lane(i64x2.replace_lane(i64x2.splat(0), 0, counter), 2, blockLength);
  let blockFlags = flags | firstFlags;
  for (; blocks > 0; blocks--) {
    if (blocks == 1) blockFlags |= lastFlags;
${loadMessage("", "source")}
    let a = h0, b = h1, c = ${IV_LOW}, d = i32x4.replace_lane(position, 3, blockFlags);
${horizontalBlock([""], HALVES).join("\n")}
    h0 = v128.xor(a, c);
    h1 = v128.xor(b, d);
    source += 64;
    blockFlags = flags;
  }
  v128.store(chainingValue, h0);
  v128.store(chainingValue, h1, 16);
}
`;
}

function hashTwoHorizontal() {
  const inputs = ["L", "R"];
  const each = (line) => inputs.map(line).join("\n");
  return `
/**
 * Hashes two inputs of \`blocks\` whole blocks, at \`source\` and \`source + stride\`, to two chaining values at
 * \`out\`. The second input's counter is \`counter + counterStep\`. \`out\` may lie where the inputs do.
 */
export function hashTwoHorizontal(
  source: usize, stride: usize, blocks: u32,
  counter: u64, counterStep: u64, flags: u32, firstFlags: u32, lastFlags: u32, out: usize,
): void {
${each((s) => `  let h0${s} = ${IV_LOW}, h1${s} = ${IV_HIGH};`)}
  const blockLength = i32x4(0, 0, 64, 0);
  const positionL = i64x2.replace_lane(blockLength, 0, counter);
  const positionR = i64x2.replace_lane(blockLength, 0, counter + counterStep);
  let blockFlags = flags | firstFlags;
  for (; blocks > 0; blocks--) {
    if (blocks == 1) blockFlags |= lastFlags;
${loadMessage("L", "source")}
    const sourceR = source + stride;
${loadMessage("R", "sourceR")}
${each((s) => `    let a${s} = h0${s}, b${s} = h1${s}, c${s} = ${IV_LOW}, d${s} = i32x4.replace_lane(position${s}, 3, blockFlags);`)}
${horizontalBlock(inputs, HALVES_OF_TWO).join("\n")}
${each((s) => `    h0${s} = v128.xor(a${s}, c${s});\n    h1${s} = v128.xor(b${s}, d${s});`)}
    source += 64;
    blockFlags = flags;
  }
  v128.store(out, h0L);
  v128.store(out, h1L, 16);
  v128.store(out, h0R, 32);
  v128.store(out, h1R, 48);
}
`;
}

// ---------------------------------------------------------------------------------------------------------------------
// Vertical: v0..v15 are the state words of four inputs. The sixteen message vectors don't fit in registers beside them:
// they are transposed into \`transposed\` once for each block and loaded from there.

/** Transposes four vectors, giving the expressions of the four results through \`use\`. */
function transpose(indent, [a, b, c, d], use) {
  const results = ["lowPairs(p, q)", "highPairs(p, q)", "lowPairs(r, s)", "highPairs(r, s)"];
  return [
    `${indent}p = interleaveLow(${a}, ${b});`,
    `${indent}q = interleaveLow(${c}, ${d});`,
    `${indent}r = interleaveHigh(${a}, ${b});`,
    `${indent}s = interleaveHigh(${c}, ${d});`,
    ...results.map((expression, i) => indent + use(expression, i)),
  ];
}

function verticalRound(round) {
  const lines = [];
  const mix = (columns, firstUse) => {
    for (const half of [0, 1]) {
      const [rotateD, rotateB] = HALVES_OF_FOUR[half];
      const each = (line) =>
        columns.forEach(([a, b, c, d], i) => lines.push(`    ${line(`v${a}`, `v${b}`, `v${c}`, `v${d}`, i)}`));
      const word = (i) => `v128.load(transposed, ${16 * schedule[round][firstUse + 2 * i + half]})`;
      each((a, b, _c, _d, i) => `${a} = i32x4.add(i32x4.add(${a}, ${word(i)}), ${b});`);
      each((a, _b, _c, d) => `${d} = ${rotateD}(v128.xor(${d}, ${a}));`);
      each((_a, _b, c, d) => `${c} = i32x4.add(${c}, ${d});`);
      each((_a, b, c) => `${b} = ${rotateB}(v128.xor(${b}, ${c}));`);
    }
  };
  lines.push(`    // Round ${round + 1}: columns, then diagonals.`);
  mix(
    [
      [0, 4, 8, 12],
      [1, 5, 9, 13],
      [2, 6, 10, 14],
      [3, 7, 11, 15],
    ],
    0,
  );
  mix(
    [
      [0, 5, 10, 15],
      [1, 6, 11, 12],
      [2, 7, 8, 13],
      [3, 4, 9, 14],
    ],
    8,
  );
  return lines;
}

function compressFour() {
  const words = [...Array(8).keys()];
  const list = (count, item) => [...Array(count).keys()].map(item).join(", ");
  const sources = [...Array(4).keys()].map((i) => `source${i}`);
  return `
/** Starts four inputs: their chaining values lie at \`states\`, word i of all four at 16 * i. */
export function startFour(states: usize): void {
${words.map((i) => `  v128.store(states, i32x4.splat(IV${i}), ${16 * i});`).join("\n")}
}

/**
 * Compresses \`blocks\` consecutive 64-byte blocks of each of four inputs into the chaining values at \`states\`.
 * Input i has the counter \`counter + i * counterStep\`; the low halves of the four mustn't wrap around. \`lengths\` is
 * what a block of each input counts as having; \`firstFlags\` and \`lastFlags\` are added for the first and the last block.
 */
export function compressFour(
  states: usize, ${sources.map((source) => `${source}: usize`).join(", ")}, blocks: u32,
  counter: u64, counterStep: u64, lengths: v128, flags: u32, firstFlags: u32, lastFlags: v128,
): void {
${words.map((i) => `  let h${i} = v128.load(states, ${16 * i});`).join("\n")}
  const counterLow = i32x4.add(i32x4.splat(<i32>counter), i32x4.mul(i32x4.splat(<i32>counterStep), i32x4(0, 1, 2, 3)));
  const counterHigh = i32x4.splat(<i32>(counter >> 32));
  let p: v128, q: v128, r: v128, s: v128;
  let blockFlags = i32x4.splat(<i32>(flags | firstFlags));
  for (; blocks > 0; blocks--) {
    if (blocks == 1) blockFlags = v128.or(blockFlags, lastFlags);
${[0, 16, 32, 48]
  .flatMap((offset) =>
    transpose(
      "    ",
      sources.map((source) => `v128.load(${source}, ${offset})`),
      (expression, i) => `v128.store(transposed, ${expression}, ${4 * offset + 16 * i});`,
    ),
  )
  .join("\n")}
    let ${list(8, (i) => `v${i} = h${i}`)};
    let ${list(4, (i) => `v${8 + i} = i32x4.splat(IV${i})`)};
    let v12 = counterLow, v13 = counterHigh, v14 = lengths, v15 = blockFlags;
${schedule.flatMap((_, round) => verticalRound(round)).join("\n")}
${words.map((i) => `    h${i} = v128.xor(v${i}, v${i + 8});`).join("\n")}
${sources.map((source) => `    ${source} += 64;`).join("\n")}
    blockFlags = i32x4.splat(<i32>flags);
  }
${words.map((i) => `  v128.store(states, h${i}, ${16 * i});`).join("\n")}
}

/** Writes the four chaining values at \`states\` one behind the other to \`out\`. */
export function storeFour(states: usize, out: usize): void {
  let p: v128, q: v128, r: v128, s: v128;
${[0, 4]
  .flatMap((first) => {
    const rows = [0, 1, 2, 3].map((i) => `v128.load(states, ${16 * (first + i)})`);
    return transpose("  ", rows, (expression, i) => `v128.store(out, ${expression}, ${32 * i + 4 * first});`);
  })
  .join("\n")}
}
`;
}

// ---------------------------------------------------------------------------------------------------------------------

const IV = [
  "0x6a09e667",
  "0xbb67ae85",
  "0x3c6ef372",
  "0xa54ff53a",
  "0x510e527f",
  "0x9b05688c",
  "0x1f83d9ab",
  "0x5be0cd19",
];
const IV_LOW = `i32x4(${IV.slice(0, 4).join(", ")})`;
const IV_HIGH = `i32x4(${IV.slice(4).join(", ")})`;

const header = `// Written by generate-blake3.mjs: change that, not this.

/** BLAKE3's initialization vector, the same as SHA-256's. */
${IV.map((word, i) => `const IV${i}: i32 = ${word};`).join("\n")}

/** The message of the block at hand, word i of four inputs at 16 * i. */
const transposed: usize = memory.data(256, 16);

function rotateRight16(x: v128): v128 {
  return i8x16.shuffle(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
}
function rotateRight8(x: v128): v128 {
  return i8x16.swizzle(x, i8x16(1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12));
}
function rotateRight16ByShifts(x: v128): v128 {
  return v128.or(i32x4.shr_u(x, 16), i32x4.shl(x, 16));
}
function rotateRight8ByShifts(x: v128): v128 {
  return v128.or(i32x4.shr_u(x, 8), i32x4.shl(x, 24));
}
function rotateRight12(x: v128): v128 {
  return v128.or(i32x4.shr_u(x, 12), i32x4.shl(x, 20));
}
function rotateRight7(x: v128): v128 {
  return v128.or(i32x4.shr_u(x, 7), i32x4.shl(x, 25));
}

// The four steps of a 4 × 4 transposition.
function interleaveLow(a: v128, b: v128): v128 {
  return ${shuffle("a", "b", [0, 4, 1, 5])};
}
function interleaveHigh(a: v128, b: v128): v128 {
  return ${shuffle("a", "b", [2, 6, 3, 7])};
}
function lowPairs(a: v128, b: v128): v128 {
  return ${shuffle("a", "b", [0, 1, 4, 5])};
}
function highPairs(a: v128, b: v128): v128 {
  return ${shuffle("a", "b", [2, 3, 6, 7])};
}

/** Sets a chaining value to the initialization vector. */
export function startChainingValue(chainingValue: usize): void {
  v128.store(chainingValue, ${IV_LOW});
  v128.store(chainingValue, ${IV_HIGH}, 16);
}
`;

/** The text of \`blake3-kernel.ts\`. */
export function generate() {
  return header + compress() + hashTwoHorizontal() + compressFour();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  writeFileSync(fileURLToPath(new URL("./blake3-kernel.ts", import.meta.url)), generate());
}
