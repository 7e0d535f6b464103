/**
 * Builds what is published: declarations by the compiler, the code bundled (opening some eighty small files would take
 * longer than everything else at start-up), the core beside it. The core itself is built by asm/build.mjs, which runs first.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, rmSync } from "node:fs";
import { dirname, isAbsolute, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");

rmSync(join(root, "dist"), { recursive: true, force: true });
execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--emitDeclarationOnly"], {
  cwd: root,
  stdio: "inherit",
});
/** What a script and what a command loads at once is one file each: every file costs some tenths of a millisecond at start-up. */
const CAPSULE = "sdk/index.ts";
const COMMAND_LINE = "sdk/cli/main.ts";
const entries = [
  CAPSULE,
  COMMAND_LINE,
  "sdk/age/index.ts",
  "sdk/conformance/index.ts",
  "sdk/signature/index.ts",
  ...["node", "bun", "deno", "memory"].map((name) => `runtimes/${name}.ts`),
];

/** The modules that a module imports, those that these import, and so on; what is imported when it is needed isn't among them. */
function staticImports(id, context, found = new Set()) {
  if (found.has(id)) return found;
  found.add(id);
  for (const imported of context.getModuleInfo(id)?.importedIds ?? []) {
    staticImports(imported, context, found);
  }
  return found;
}

let ofCapsule = null;
let ofCommandLine = null;
function groupOf(id, context) {
  const path = relative(root, id);
  if (entries.includes(path)) return null;
  ofCapsule ??= staticImports(join(root, CAPSULE), context);
  // What the shims have in common with the SDK stays apart from it: it imports the shim, which would else import it.
  if (ofCapsule.has(id)) return path.startsWith("runtimes/") ? "shared" : "capsule";
  ofCommandLine ??= staticImports(join(root, COMMAND_LINE), context);
  // Of what scripts may load later nothing lies in the command line's file.
  return path.startsWith("sdk/cli/") && ofCommandLine.has(id) ? "command-line" : null;
}

const bundle = await rolldown({
  cwd: root,
  input: Object.fromEntries(entries.map((entry) => [entry.replace(/\.ts$/, ""), join(root, entry)])),
  platform: "neutral",
  // Packages stay where npm put them; which runtime there is, is decided where the package runs.
  external: (id) => !id.startsWith(".") && !isAbsolute(id),
  resolve: { extensionAlias: { ".js": [".ts", ".js"] } },
  transform: { target: "es2022" },
  preserveEntrySignatures: "allow-extension",
});
await bundle.write({
  dir: join(root, "dist"),
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "chunks/[name]-[hash].js",
  codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: groupOf, debugName: "loaded at once" }] },
});
await bundle.close();
copyFileSync(join(root, "build", "core.wasm"), join(root, "dist", "core.wasm"));
const main = join(root, "dist", "sdk", "cli", "main.js");
if (existsSync(main)) chmodSync(main, 0o755);
