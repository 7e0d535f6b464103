import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";

// Scripts open capsules thousands of times a day: zod, the cryptography and the rules of masking are loaded when they are first needed.
test.each([
  ["sdk/index.ts", ["#runtime", "@assemblyscript/loader"]],
  [
    "sdk/cli/main.ts",
    [
      "#runtime",
      "@assemblyscript/loader",
      "cli-progress",
      "cli-table3",
      "commander",
      "node:fs",
      "node:os",
      "node:path",
      "node:process",
      "node:util",
      "picocolors",
    ],
  ],
])("%s loads no more packages than it needs to begin", async (entry, expected) => {
  const { metafile } = await build({
    absWorkingDir: fileURLToPath(new URL("..", import.meta.url)),
    entryPoints: [entry],
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    outdir: "start-up",
    format: "esm",
    platform: "neutral",
    packages: "external",
    external: ["#runtime", "node:*"],
  });
  const [first] = Object.entries(metafile.outputs).filter(([, { entryPoint }]) => entryPoint === entry);
  const loaded = new Set<string>();
  const packages = new Set<string>();
  const waiting = [first?.[0] ?? ""];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (loaded.has(file)) continue;
    loaded.add(file);
    for (const { path, kind, external } of metafile.outputs[file]?.imports ?? []) {
      if (kind !== "import-statement") continue;
      if (external === true) packages.add(path);
      else waiting.push(path);
    }
  }
  expect([...packages].sort()).toEqual(expected);
});
