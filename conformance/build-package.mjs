/**
 * Builds what is published: TypeScript to dist/, the core beside it, the command line made executable. The core itself is
 * built by asm/build.mjs, which runs first.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");

rmSync(join(root, "dist"), { recursive: true, force: true });
execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
copyFileSync(join(root, "build", "core.wasm"), join(root, "dist", "core.wasm"));
const main = join(root, "dist", "sdk", "cli", "main.js");
if (existsSync(main)) chmodSync(main, 0o755);
