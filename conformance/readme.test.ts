import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

test("the README's example is the one that conformance runs", () => {
  const printed = /```js\n([\s\S]*?)```/.exec(read("../README.md"))?.[1];
  const run = read("./cases/example.mjs").split("\n").slice(1).join("\n");
  expect(printed).toBeTruthy();
  expect(run).toBe(printed);
});
