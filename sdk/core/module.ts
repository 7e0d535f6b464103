/** The compiled core: decoded and compiled once for the program, when the first capsule is opened. */

import { instantiateSync } from "@assemblyscript/loader";
import { decodeBase64 } from "../../runtimes/std.js";
import type { CoreExports } from "./exports.js";
import { coreBase64 } from "./wasm.generated.js";

/** The module's imports of this name, besides `env.abort`. */
export interface HostImports {
  read(offset: number, length: number, destination: number): number;
  append(source: number, length: number): number;
  write(offset: number, source: number, length: number): number;
}

let compiled: WebAssembly.Module | undefined;

/**
 * The module's bytes. `Buffer` and `Uint8Array.fromBase64` decode some hundred times faster than a loop, but neither is everywhere; the
 * global is looked up by name because this file must run where no such name exists.
 */
export function decodeModule(): Uint8Array<ArrayBuffer> {
  const host = globalThis as { Buffer?: { from(text: string, encoding: "base64"): Uint8Array<ArrayBuffer> } };
  if (host.Buffer !== undefined) return host.Buffer.from(coreBase64, "base64");
  const native = (Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> }).fromBase64;
  return native === undefined ? decodeBase64(coreBase64) : native.call(Uint8Array, coreBase64);
}

/** A fresh instance of the core with memory of its own. */
export function instantiateCore(host: HostImports): CoreExports {
  compiled ??= new WebAssembly.Module(decodeModule());
  const imports = {
    host: { read: host.read, append: host.append, write: host.write },
    env: {
      abort(_message: number, _file: number, line: number, column: number): never {
        throw new Error(`abort at ${line}:${column}`);
      },
    },
  };
  // The loader's own wrappers copy arguments; the raw exports take numbers as they are.
  return instantiateSync(compiled, imports).instance.exports as unknown as CoreExports;
}
