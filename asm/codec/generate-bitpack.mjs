/**
 * Writes `bitpack-kernel.ts`: unpacking of 128 values for each width up to 16 bits, unrolled, so that every shift is a constant.
 * Wider blocks are rare and take the loop in `bitpack.ts`.
 *
 * Run `node asm/codec/generate-bitpack.mjs` after a change; a test compares the checked-in file with `generate()`.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROWS = 32;
const MAX_BITS = 16;

/** One function: row r of the values takes `bits` bits from bit `r * bits` of its lane on. */
function unpackWidth(bits) {
  const lines = [];
  for (let row = 0; row < ROWS; row++) {
    const firstBit = row * bits;
    const word = firstBit >> 5;
    const used = firstBit & 31;
    const left = 32 - used;
    if (used === 0) lines.push(`  words = v128.load(source, ${16 * word});`);
    let value = used === 0 ? "words" : `i32x4.shr_u(words, ${used})`;
    if (left < bits) {
      lines.push(`  value = ${value};`, `  words = v128.load(source, ${16 * (word + 1)});`);
      value = `v128.or(value, i32x4.shl(words, ${left}))`;
    }
    if (left !== bits) value = `v128.and(${value}, mask)`;
    lines.push(`  v128.store(destination, ${value}, ${16 * row});`);
  }
  const straddles = lines.some((line) => line.startsWith("  value"));
  return `
function unpack${bits}(source: usize, destination: usize): void {
  const mask = i32x4.splat(${2 ** bits - 1});
  let words: v128;
${straddles ? "  let value: v128;\n" : ""}${lines.join("\n")}
}
`;
}

/** The text of `bitpack-kernel.ts`. */
export function generate() {
  const widths = Array.from({ length: MAX_BITS }, (_, i) => i + 1);
  const cases = widths.map((bits) => `    case ${bits}: unpack${bits}(source, destination); return true;`).join("\n");
  return `// Written by generate-bitpack.mjs: change that, not this.
${widths.map(unpackWidth).join("")}
/** Unpacks 128 values of \`bits\` bits, if that is a width from 1 to ${MAX_BITS}; false for any other. */
export function unpackNarrow128(source: usize, bits: u32, destination: usize): bool {
  switch (bits) {
${cases}
    default: return false;
  }
}
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  writeFileSync(fileURLToPath(new URL("./bitpack-kernel.ts", import.meta.url)), generate());
}
