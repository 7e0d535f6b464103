/**
 * Builds the core: asm/index.ts → build/core.wasm, and sdk/core/wasm.generated.ts with the module as base64.
 * The module's SHA-256 is kept in asm/core.sha256: the build is reproducible, and a change of the module must show.
 *
 *     node asm/build.mjs            builds, and records the hash
 *     node asm/build.mjs --check    builds, and fails if the hash isn't the recorded one
 */

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { releaseFlags } from "./flags.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const wasmFile = join(root, "build", "core.wasm");
const generatedFile = join(root, "sdk", "core", "wasm.generated.ts");
const hashFile = join(root, "asm", "core.sha256");

async function compile() {
  mkdirSync(dirname(wasmFile), { recursive: true });
  const args = ["asm/index.ts", "--baseDir", root, ...releaseFlags, "--outFile", "build/core.wasm"];
  const { error, stderr } = await asc.main(args);
  if (error) throw new Error(`Cannot compile asm/index.ts: ${error.message}\n${stderr.toString()}`);
  return readFileSync(wasmFile);
}

function recordedHash() {
  try {
    return readFileSync(hashFile, "utf8").trim();
  } catch (error) {
    if (error.code === "ENOENT") return "none recorded";
    throw error;
  }
}

function checkHash(hash) {
  const recorded = recordedHash();
  if (hash === recorded) return;
  console.error(`The core's SHA-256 is ${hash}, expected ${recorded} (asm/core.sha256).`);
  console.error("If asm/ changed on purpose, run: node asm/build.mjs");
  process.exitCode = 1;
}

const binary = await compile();
const hash = createHash("sha256").update(binary).digest("hex");
const source =
  "// Written by asm/build.mjs.\n" +
  "/** The core, a WebAssembly module, in base64. */\n" +
  `export const coreBase64: string =\n  "${binary.toString("base64")}";\n`;
writeFileSync(generatedFile, source);
if (process.argv.includes("--check")) checkHash(hash);
else writeFileSync(hashFile, `${hash}\n`);
console.log(`core.wasm: ${binary.length} bytes, SHA-256 ${hash}`);
