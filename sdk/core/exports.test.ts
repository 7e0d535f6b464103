import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodeBase64 } from "../../runtimes/std.js";
import { instantiateCore } from "./module.js";
import { coreBase64 } from "./wasm.generated.js";

const refuse = (): number => {
  throw new Error("nothing is read or written here");
};

describe("CoreExports", () => {
  it("has the functions of the compiled module, with as many arguments", () => {
    const source = readFileSync(new URL("./exports.ts", import.meta.url), "utf8");
    const body = /interface CoreExports \{([\s\S]*?)\n\}/.exec(source)?.[1] ?? "";
    const stated = new Map(
      [...body.matchAll(/^ {2}(\w+)\(([\s\S]*?)\): \w+;/gm)].map(([, name, args]) => [
        name,
        args?.match(/\w+:/g)?.length ?? 0,
      ]),
    );
    const module = new WebAssembly.Module(decodeBase64(coreBase64));
    const functions = WebAssembly.Module.exports(module).filter(({ kind }) => kind === "function");
    const exports = instantiateCore({ read: refuse, append: refuse, write: refuse }) as unknown as Record<
      string,
      () => number
    >;
    const compiled = new Map(functions.map(({ name }) => [name, exports[name]?.length]));
    expect(stated.size).toBeGreaterThanOrEqual(34);
    expect(Object.fromEntries(stated)).toEqual(Object.fromEntries(compiled));
  });

  it("needs no imports but those of the host", () => {
    const module = new WebAssembly.Module(decodeBase64(coreBase64));
    const names = WebAssembly.Module.imports(module).map((entry) => `${entry.module}.${entry.name}`);
    expect(names.filter((name) => name !== "env.abort").toSorted()).toEqual(["host.append", "host.read", "host.write"]);
  });
});
