import fc from "fast-check";
import { expect, test } from "vitest";
import { createMemoryRuntime } from "../../runtimes/memory.js";
import { CHUNK_BYTES } from "../core/age.js";
import { errorOf, noise, repeatingRandom } from "../testing/fixtures.js";
import { openAgeFile } from "./decrypted-file.js";
import { EncryptingFile } from "./encrypting-file.js";
import { generateAgeKeys } from "./keys.js";

const keys = generateAgeKeys(repeatingRandom());

function create(path = "/run.mv2e") {
  const { files } = createMemoryRuntime();
  const temporary = files.open(path, { mode: "create-exclusive" });
  const file = new EncryptingFile(temporary, { recipients: [keys.recipient], random: repeatingRandom(2) });
  const openAgain = () => openAgeFile(files.open(path, { mode: "read" }), { identities: [keys.identity] });
  return { files, file, openAgain };
}

test("EncryptingFile: what was appended is read back, before and after it is finished, whatever the pieces", async () => {
  const whole = noise(CHUNK_BYTES * 12 + 1234);
  const piece = fc.integer({ min: 1, max: 2 * CHUNK_BYTES });
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 6 }), piece, async (lengths, at) => {
      const { file, openAgain } = create();
      let end = 0;
      for (const length of lengths) {
        expect(file.append(whole.subarray(end, end + length))).toBe(end);
        end += length;
        const from = at % end;
        expect(file.read(from, length)).toEqual(whole.slice(from, Math.min(end, from + length)));
      }
      expect(file.size()).toBe(end);
      file.finish();
      const decrypted = await openAgain();
      expect(decrypted.size()).toBe(end);
      expect(await decrypted.read(0, end)).toEqual(whole.slice(0, end));
    }),
    { numRuns: 8 },
  );
});

test.each([0, CHUNK_BYTES, 2 * CHUNK_BYTES])("EncryptingFile: %i bytes end in a whole last chunk", async (length) => {
  const { file, openAgain } = create();
  file.append(noise(length));
  file.finish();
  expect((await openAgain()).size()).toBe(length);
});

test("EncryptingFile: plaintext isn't in the file, and chunks beyond those kept are decrypted again", () => {
  const { files, file } = create();
  const secret = new TextEncoder().encode("the cat sat on the mat ");
  const line = new Uint8Array(CHUNK_BYTES).map((_, index) => secret[index % secret.length] as number);
  for (let i = 0; i < 24; i++) file.append(line);
  for (let i = 0; i < 23; i++) expect(file.read(i * CHUNK_BYTES, CHUNK_BYTES)).toEqual(line);
  const stored = Buffer.from(files.readFile("/run.mv2e"));
  expect(stored.length).toBeGreaterThan(22 * CHUNK_BYTES);
  expect(stored.includes("cat sat")).toBe(false);
});

test("EncryptingFile: without its last chunk nobody accepts the file", async () => {
  const { file, openAgain } = create();
  file.append(noise(CHUNK_BYTES * 2));
  file.close();
  expect((await errorOf(openAgain())).code).toBe("Corrupted");
});

test("EncryptingFile: nothing can be done with it once it is finished or closed, nor can it be rewritten", () => {
  const { file } = create();
  expect(() => file.write()).toThrow("only appended to");
  expect(() => file.truncate()).toThrow("only appended to");
  file.finish();
  expect(() => file.append(noise(1))).toThrow("it was finished");
  expect(() => file.finish()).toThrow("it was finished");
  file.close();
  file.close();
  expect(() => file.readInto(0, new Uint8Array(1))).toThrow("it was closed");
});
