import { PassThrough, Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { OutputStream } from "../output/terminal.js";
import { runLines } from "./shell.js";
import { goesOn, quoteWord, splitWords } from "./words.js";

/** What lines from a pipe come to. */
async function shell(...lines: string[]) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const terminal = { stdout: new OutputStream(out, {}), stderr: new OutputStream(err, {}) };
  const input = Readable.from([lines.map((line) => `${line}\n`).join("")]);
  const exitCode = await runLines(input, terminal, new AbortController().signal);
  return { exitCode, stdout: String(out.read() ?? ""), stderr: String(err.read() ?? "") };
}

describe("splitWords()", () => {
  it.each([
    ['put \'a b\' --title "say \\"hi\\""', ["put", "a b", "--title", 'say "hi"']],
    ["  a\\ b  'c'\"d\"e '' ", ["a b", "cde", ""]],
    ["search a#b #x *.md $HOME > y", ["search", "a#b", "#x", "*.md", "$HOME", ">", "y"]],
    ['"\\n\\\\"', ["\\n\\"]],
    ["put a\\\n  b", ["put", "a", "b"]],
    ['put a \\\n b "c\\\nd"', ["put", "a", "b", "cd"]],
    ["", []],
  ])("splits %j", (line, words) => expect(splitWords(line)).toEqual(words));

  it.each(["a 'b", 'a "b', 'a "b\\"', "a\\"])("refuses %j", (line) => expect(() => splitWords(line)).toThrow(/quote/));
});

describe("goesOn()", () => {
  it.each([
    ["put 'a", true],
    ["put a\\", true],
    ["put 'a\nb'", false],
    ["put a", false],
    ["", false],
  ])("of %j is %j", (line, expected) => expect(goesOn(line)).toBe(expected));
});

describe("quoteWord()", () => {
  it.each(["a", "it's", "a b", 'say "hi"', "a\\b", ""])("makes of %j what is split into it", (word) =>
    expect(splitWords(quoteWord(word))).toEqual([word]),
  );
});

describe("runLines()", () => {
  it("runs lines from a pipe without a prompt, and goes on after a failure", async () => {
    const ended = await shell("/nonsense", "", "/speckit.capsule list --help", "/speckit.capsule 'open", "/help");
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toMatch(/no such command[\s\S]*quote/);
    expect(ended.stdout).toMatch(/^Usage: speckit capsule list[\s\S]*\/quit/);
    expect(ended.stdout).not.toContain("speckit> ");
  });

  it("stops at /quit, and doesn't give its own input to a command", async () => {
    expect(await shell("/quit", "/help")).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect((await shell("/speckit.capsule put - --path x")).stderr).toContain("standard input");
  });
});
