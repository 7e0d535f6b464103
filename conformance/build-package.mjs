/**
 * Builds what is published: declarations by the compiler, the code bundled in a few files (opening some eighty small ones would take
 * longer than everything else at start-up), the core beside it. The core itself is built by asm/build.mjs, which runs first.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");

rmSync(join(root, "dist"), { recursive: true, force: true });
execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--emitDeclarationOnly"], {
  cwd: root,
  stdio: "inherit",
});
await build({
  absWorkingDir: root,
  entryPoints: [
    "sdk/index.ts",
    "sdk/age/index.ts",
    "sdk/conformance/index.ts",
    "sdk/signature/index.ts",
    "sdk/cli/main.ts",
    ...["node", "bun", "deno", "memory"].map((name) => `runtimes/${name}.ts`),
  ],
  outdir: "dist",
  outbase: ".",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "neutral",
  target: "es2022",
  packages: "external",
  // Which runtime there is, is decided where the package runs; what runtimes bring themselves is theirs.
  external: ["#runtime", "node:*", "bun:*"],
  chunkNames: "chunks/[name]-[hash]",
  logLevel: "warning",
});
copyFileSync(join(root, "build", "core.wasm"), join(root, "dist", "core.wasm"));
const main = join(root, "dist", "sdk", "cli", "main.js");
if (existsSync(main)) chmodSync(main, 0o755);
