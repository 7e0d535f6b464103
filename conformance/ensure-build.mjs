/**
 * Sees to it that a command works on a fresh clone: installs the dependencies if they aren't there, and builds if a source is newer
 * than what was built. Uses nothing but Node and npm.
 */
import { execSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const run = (command) => execSync(command, { cwd: root, stdio: "inherit" });

/** Newest change below a folder, in ms; generated files aside. */
function newestChange(folder) {
  let newest = 0;
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith(".generated.ts") || entry.name.endsWith(".test.ts")) continue;
    newest = Math.max(newest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs);
  }
  return newest;
}

function builtAt() {
  const wasm = join(root, "dist", "core.wasm");
  return existsSync(wasm) ? statSync(wasm).mtimeMs : 0;
}

if (!existsSync(join(root, "node_modules", ".package-lock.json"))) run("npm ci");
const sources = ["asm", "sdk", "runtimes"].map(newestChange);
sources.push(statSync(join(root, "package.json")).mtimeMs, statSync(join(root, "tsconfig.build.json")).mtimeMs);
if (Math.max(...sources) > builtAt()) run("npm run --silent build");
