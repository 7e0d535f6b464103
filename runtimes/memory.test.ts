import { buildSync } from "esbuild";
import { expect, test } from "vitest";
import { createMemoryRuntime } from "./memory.js";

test("memory.ts bundles for a browser: nothing in it reaches for a module of Node", () => {
  const entryPoints = [new URL("./memory.ts", import.meta.url).pathname];
  const result = buildSync({
    entryPoints,
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    logLevel: "silent",
  });
  expect(result.errors).toEqual([]);
  const text = result.outputFiles[0]?.text ?? "";
  expect(text).toContain("createMemoryRuntime");
  expect(text).not.toMatch(/from "node:|require\("/);
});

test("createMemoryRuntime() shares neither files nor locks with another", async () => {
  const first = createMemoryRuntime();
  const second = createMemoryRuntime();
  first.files.writeFile("/a", Uint8Array.of(1));
  expect(second.files.stat("/a")).toBeNull();
  expect((await first.locks.acquire("/c", { metadata: {} })).state).toBe("held");
  expect((await second.locks.acquire("/c", { metadata: {} })).state).toBe("held");
});

test("createMemoryRuntime() takes clock and randomness from its options", () => {
  let time = 1000;
  const randomBytes = (count: number) => new Uint8Array(count).fill(7);
  const { files, environment } = createMemoryRuntime({ now: () => time++, randomBytes });
  expect([environment.now(), environment.now()]).toEqual([1001, 1002]);
  expect(environment.randomBytes(3)).toEqual(Uint8Array.of(7, 7, 7));
  files.writeFile("/a", new Uint8Array(1));
  expect(files.stat("/a")?.modifiedAtMs).toBe(1003);
});

test("truncate() leaves nothing behind that growing again would show", () => {
  const { files } = createMemoryRuntime();
  const file = files.open("/a", { mode: "create-exclusive" });
  file.write(0, new Uint8Array(100).fill(9));
  file.truncate(10);
  file.write(50, Uint8Array.of(1));
  expect(file.read(10, 40)).toEqual(new Uint8Array(40));
});
