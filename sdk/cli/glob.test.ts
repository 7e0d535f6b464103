import { describe, expect, it } from "vitest";
import { UsageError } from "./failure.js";
import { globExpression } from "./glob.js";

const matches = (glob: string, path: string): boolean => globExpression(glob).test(path);

describe("globExpression", () => {
  it.each([
    ["*.md", "a.md", true],
    ["*.md", "deep/er/a.md", true],
    ["*.md", "a.mdx", false],
    ["docs/*.md", "docs/a.md", true],
    ["docs/*.md", "docs/a/b.md", false],
    ["docs/*.md", "x/docs/a.md", false],
    ["docs/**/*.md", "docs/a.md", true],
    ["docs/**/*.md", "docs/a/b/c.md", true],
    ["docs/**", "docs/a/b", true],
    ["docs/**", "docsy/a", false],
    ["**/test/*", "test/a", true],
    ["?.ts", "a.ts", true],
    ["?.ts", "ab.ts", false],
    ["?.ts", "💡.ts", true],
    ["[ab].ts", "b.ts", true],
    ["[!ab].ts", "b.ts", false],
    ["[!ab].ts", "c.ts", true],
    ["a[!b]c/d", "a/c/d", false],
    ["[0-9]?", "7x", true],
    ["*.{ts,tsx}", "a.tsx", true],
    ["*.{ts,tsx}", "a.js", false],
    ["{a,b/{c,d}}/e", "b/d/e", true],
    ["a,b", "a,b", true],
    ["a.b", "axb", false],
    ["\\*", "*", true],
    ["\\*", "a", false],
    ["a+(b)$^|", "a+(b)$^|", true],
  ])("%s and %s: %s", (glob, path, expected) => {
    expect(matches(glob, path)).toBe(expected);
  });

  it.each(["", "[a", "{a,b", "[z-a]"])("refuses %j", (glob) => {
    expect(() => globExpression(glob)).toThrow(UsageError);
  });
});
