import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: { alias: { "#runtime": here("./runtimes/node.ts") } },
  test: { include: ["{asm,sdk,runtimes,conformance}/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000 },
});
