import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { generateAgeKeys } from "../age/keys.js";
import { errorOf } from "../testing/fixtures.js";
import { OutputStream } from "./output/terminal.js";
import {
  existingPassphrase,
  newPassphrase,
  PASSPHRASE_VARIABLE,
  promptHidden,
  readIdentities,
  type SecretContext,
} from "./secrets.js";

const directory = mkdtempSync(join(tmpdir(), "secrets-"));
const file = (content: string | Uint8Array): string => {
  const path = join(directory, "secret");
  writeFileSync(path, content, { mode: 0o600 });
  return path;
};
const contextOf = (passphraseFile: string | null, ...identityFiles: string[]): SecretContext => ({
  secrets: { passphraseFile, identityFiles },
  terminal: { stdout: new OutputStream(new PassThrough(), {}), stderr: new OutputStream(new PassThrough(), {}) },
  signal: new AbortController().signal,
});

beforeEach(() => vi.stubEnv(PASSPHRASE_VARIABLE, ""));
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(directory, { recursive: true }));

describe("passphrases", () => {
  it("come from the environment before a file, which is not looked at then", async () => {
    vi.stubEnv(PASSPHRASE_VARIABLE, "of the environment");
    for (const passphrase of [existingPassphrase, newPassphrase]) {
      expect(await passphrase(contextOf("/nowhere"), "it")).toBe("of the environment");
    }
  });

  it("come from the only line of a file, byte for byte without its end", async () => {
    for (const [content, expected] of [
      ["  a ü \t", "  a ü \t"],
      ["one\n", "one"],
      ["one\r\n", "one"],
    ] as const) {
      expect(await existingPassphrase(contextOf(file(content)), "it")).toEqual(new TextEncoder().encode(expected));
    }
  });

  it("don't come from a file that is empty, has several lines, is too long or missing", async () => {
    for (const content of ["", "\n", "\r\n", "first\nsecond", "x".repeat(65_537)]) {
      const error = await errorOf(existingPassphrase(contextOf(file(content)), "it"));
      expect(error).toMatchObject({ code: "InvalidArgument", message: expect.not.stringContaining("first") });
    }
    expect(await errorOf(existingPassphrase(contextOf("/nowhere"), "it"))).toMatchObject({ code: "NotFound" });
  });

  it("are PassphraseRequired when nobody can be asked", async () => {
    expect(await errorOf(newPassphrase(contextOf(null), "it"))).toMatchObject({
      code: "PassphraseRequired",
      hint: expect.stringContaining(PASSPHRASE_VARIABLE),
    });
  });
});

describe("promptHidden()", () => {
  const prompt = (signal = new AbortController().signal) => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const shown: string[] = [];
    output.setEncoding("utf8").on("data", (text: string) => shown.push(text));
    return { input, shown, answer: promptHidden("Passphrase:", { input, output, signal }) };
  };

  it("shows the question and nothing of the answer", async () => {
    const { input, shown, answer } = prompt();
    await vi.waitFor(() => expect(shown.join("")).toContain("Passphrase:"));
    input.write("hunter");
    input.write("22\r");
    expect(await answer).toBe("hunter22");
    expect(shown.join("")).not.toMatch(/hunt|22|\*/);
  });

  it("ends with Aborted by Ctrl-C and by the signal", async () => {
    const interrupted = prompt();
    await vi.waitFor(() => expect(interrupted.shown.join("")).toContain("Passphrase:"));
    interrupted.input.write("\u0003");
    expect(await errorOf(interrupted.answer)).toMatchObject({ code: "Aborted" });
    const controller = new AbortController();
    const aborted = prompt(controller.signal);
    controller.abort();
    expect(await errorOf(aborted.answer)).toMatchObject({ code: "Aborted" });
  });
});

describe("readIdentities()", () => {
  const { identity } = generateAgeKeys();
  const { identity: other } = generateAgeKeys();

  it("reads several keys of several files between comments", async () => {
    const first = file(`# created: 2026\r\n\n${identity}\r\n# another\n ${other}\n`);
    expect(await readIdentities(contextOf(null, first, first))).toEqual([identity, other, identity, other]);
  });

  it("refuses what is no identity by its line, and repeats nothing of it", async () => {
    const error = await errorOf(readIdentities(contextOf(null, file(`# one\n${identity.slice(0, -1)}\n`))));
    expect(error).toMatchObject({ code: "InvalidArgument", message: expect.stringContaining("line 2") });
    expect(JSON.stringify([error.message, error.hint, error.details])).not.toContain(identity.slice(20, 40));
    expect(await errorOf(readIdentities(contextOf(null, file("# none\n"))))).toMatchObject({ code: "InvalidArgument" });
  });
});
