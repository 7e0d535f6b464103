import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { debugFlags, releaseFlags } from "../flags.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const cache = join(root, "node_modules", ".cache", "asm");

/** Every AssemblyScript source of the core, so that a change in any of them is a new key of the cache. */
function sourceKey(entry: string, flags: string[]): string {
  const hash = createHash("sha256").update(JSON.stringify([entry, flags]));
  const sources = readdirSync(join(root, "asm"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .sort();
  for (const name of sources) hash.update(name).update(readFileSync(join(root, "asm", name)));
  return hash.digest("hex").slice(0, 32);
}

/** What a compiled module exports: functions over numbers, and its memory. */
export type RawExports = { memory: WebAssembly.Memory } & Record<string, (...args: never[]) => never>;

/**
 * Compiles one module of the core by itself and instantiates it, so that a test can call its exported functions.
 * `imports` stands for what the module declares (`host.read`, for example).
 */
export async function compileForTest<T = RawExports>(
  entry: string,
  options: { debug?: boolean; imports?: WebAssembly.Imports } = {},
): Promise<T> {
  const flags = options.debug ? debugFlags : releaseFlags;
  const key = sourceKey(entry, flags);
  const file = join(cache, `${key}.wasm`);
  if (!existsSync(file)) {
    mkdirSync(cache, { recursive: true });
    let binary: Uint8Array | undefined;
    const { error, stderr } = await asc.main([entry, "--baseDir", root, ...flags, "--outFile", "module.wasm"], {
      readFile: (name, base) => {
        const path = join(base, name);
        return existsSync(path) ? readFileSync(path, "utf8") : null;
      },
      writeFile: (_name, contents) => {
        if (typeof contents !== "string") binary = contents;
      },
    });
    if (error || !binary) throw new Error(`Cannot compile ${entry}: ${error?.message}\n${stderr.toString()}`);
    // Written aside and renamed: test files compile the same module in parallel.
    const temporary = `${file}.${process.pid}`;
    writeFileSync(temporary, binary);
    renameSync(temporary, file);
  }
  const { instance } = await WebAssembly.instantiate(readFileSync(file), {
    env: {
      abort(_message: number, _file: number, line: number, column: number) {
        throw new Error(`abort in ${entry} at ${line}:${column}`);
      },
    },
    ...options.imports,
  });
  return instance.exports as T;
}
