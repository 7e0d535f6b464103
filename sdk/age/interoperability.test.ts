/** Files go to the `age` program and come from it. Skipped, and said so, where it isn't installed. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encrypted, fileOf } from "../testing/age.js";
import { noise } from "../testing/fixtures.js";
import { openAgeFile } from "./decrypted-file.js";
import { generateAgeKeys } from "./keys.js";

const version = spawnSync("age", ["--version"], { encoding: "utf8" });
const hasAge = version.status === 0;
if (!hasAge) console.warn('Skipped: the program "age" is not installed.');

describe.skipIf(!hasAge)("the age program", () => {
  const { identity, recipient } = generateAgeKeys();
  const lengths = [0, 1, 65535, 65536, 65537, 131072, 300_000];
  let directory = "";
  let identityPath = "";

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "age-"));
    identityPath = join(directory, "key.txt");
    writeFileSync(identityPath, `${identity}\n`, { mode: 0o600 });
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it("decrypts what encryptTo() writes", () => {
    for (const length of lengths) {
      const text = noise(length);
      const input = encrypted(text, { recipients: [recipient, generateAgeKeys().recipient] });
      const output = execFileSync("age", ["-d", "-i", identityPath], { input });
      expect(Buffer.compare(output, text)).toBe(0);
    }
  });

  it("writes what openAgeFile() reads", async () => {
    for (const length of lengths) {
      const text = noise(length);
      const bytes = execFileSync("age", ["-r", recipient], { input: text });
      const file = await openAgeFile(fileOf(bytes), { identities: [identity] });
      expect(Buffer.compare(await file.read(0, length + 1), text)).toBe(0);
    }
  });

  it("refuses what is cut at a chunk's boundary, as openAgeFile() does", () => {
    const input = encrypted(noise(70_000), { recipients: [recipient] }).subarray(0, -(70_000 - 65536 + 16));
    expect(spawnSync("age", ["-d", "-i", identityPath], { input }).status).not.toBe(0);
  });

  it("makes the keys that generateAgeKeys() makes", () => {
    const shown = spawnSync("age-keygen", ["-y", identityPath], { encoding: "utf8" });
    expect(shown.stdout.trim()).toBe(recipient);
  });
});

/** age asks for passphrases on a terminal only: `script` of util-linux gives it one. */
const hasTerminal = hasAge && spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux");

describe.skipIf(!hasTerminal)("the age program at a terminal", () => {
  it("opens what encryptTo() wrote with a passphrase, of the work factor that it writes, and the other way round", async () => {
    const directory = mkdtempSync(join(tmpdir(), "age-"));
    try {
      const [ours, theirs, opened] = ["ours.age", "theirs.age", "opened"].map((name) => join(directory, name)) as [
        string,
        string,
        string,
      ];
      const text = noise(1000);
      writeFileSync(ours, encrypted(text, { passphrase: "correct horse", workFactor: 10 }));
      const run = (command: string, input: string) =>
        spawnSync("script", ["-qec", command, "/dev/null"], { input, timeout: 30_000 });
      run(`age -d -o ${opened} ${ours}`, "correct horse\n");
      expect(Buffer.compare(readFileSync(opened), text)).toBe(0);
      run(`age -p -o ${theirs} ${opened}`, "correct horse\ncorrect horse\n");
      const file = await openAgeFile(fileOf(readFileSync(theirs)), { passphrase: "correct horse" });
      expect(Buffer.compare(await file.read(0, 1001), text)).toBe(0);
    } finally {
      rmSync(directory, { recursive: true });
    }
  }, 60_000);
});
