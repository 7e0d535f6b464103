import { beforeAll, describe, expect, it } from "vitest";
import type { Runtime } from "../../runtimes/contract.js";
import { concatBytes } from "../../runtimes/std.js";
import { generateAgeKeys } from "../age/keys.js";
import { Capsule } from "../capsule.js";
import type { CapsuleErrorCode } from "../errors.js";
import { encrypted } from "../testing/age.js";
import { CAPSULE_PATH, errorOf, memoryMachine, noise, repeatable } from "../testing/fixtures.js";
import { inWorkspace, MOUNTS, mountMachine, NO_TRACES, SOURCE_PATH, traces } from "../testing/mounts.js";
import type { ImportOptions } from "./options.js";

const SEALED_CHUNK_BYTES = 65_536 + 16;
const NONCE_BYTES = 16;
const keys = generateAgeKeys();
const IDENTITY = { identities: [keys.identity] };

let plain: Uint8Array;
let sealed: Uint8Array;
/** Where the first chunk begins. */
let payloadStart: number;
let runtime: Runtime;

beforeAll(async () => {
  const maker = memoryMachine();
  const capsule = await Capsule.create(CAPSULE_PATH, repeatable(maker));
  await capsule.put({ path: "a.bin" }, noise(150_000));
  await capsule.commit();
  await capsule.put({ path: "b.md" }, "retry budget");
  await capsule.close();
  plain = maker.files.readFile(CAPSULE_PATH);
  sealed = encrypted(plain, { recipients: [keys.recipient] });
  payloadStart = sealed.length - plain.length - 16 * Math.ceil(plain.length / 65_536);
  runtime = await mountMachine(sealed);
});

/** Imports bytes, which must fail with a code and leave nothing. */
async function refused(what: string, bytes: Uint8Array, code: CapsuleErrorCode, options: ImportOptions = IDENTITY) {
  runtime.files.writeFile(SOURCE_PATH, bytes);
  const error = await errorOf(inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH, options)));
  expect([error.code, await traces(runtime)], `${what}: ${error.message}`).toEqual([code, NO_TRACES]);
  return error;
}

const chunk = (index: number): Uint8Array =>
  sealed.subarray(payloadStart + index * SEALED_CHUNK_BYTES, payloadStart + (index + 1) * SEALED_CHUNK_BYTES);
const header = (): Uint8Array => sealed.subarray(0, payloadStart);
const flipped = (bytes: Uint8Array, at: number, bit = 1): Uint8Array => {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ bit;
  return copy;
};

describe("import() of an encrypted file", () => {
  it("is what the tests below say it is", async () => {
    expect(Math.ceil(plain.length / 65_536)).toBe(3);
    expect(payloadStart).toBeGreaterThan(NONCE_BYTES);
    runtime.files.writeFile(SOURCE_PATH, sealed);
    await inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH, { ...IDENTITY, mountAs: "sound" }));
    expect(runtime.files.readFile(`${MOUNTS}/sound.mv2e`)).toEqual(sealed);
    runtime = await mountMachine(sealed);
  });

  it("refuses wrong secrets, and none", async () => {
    const withPassphrase = encrypted(plain, { passphrase: "right" });
    await refused("wrong passphrase", withPassphrase, "InvalidPassphrase", { passphrase: "wrong" });
    await refused("identity for a passphrase", withPassphrase, "PassphraseRequired", IDENTITY);
    await refused("nothing", withPassphrase, "EncryptedCapsule", {});
    await refused("another identity", sealed, "NoMatchingIdentity", { identities: [generateAgeKeys().identity] });
    await refused("a passphrase for recipients", sealed, "NoMatchingIdentity", { passphrase: "right" });
  });

  it("refuses too much work before doing it", async () => {
    const costly = encrypted(plain, { passphrase: "right", workFactor: 3 });
    await refused("work", costly, "TooLarge", { passphrase: "right", maxWorkFactor: 2 });
  });

  it("refuses every edit of the header", async () => {
    const codes = new Set<string>();
    for (let at = 0; at < payloadStart - NONCE_BYTES; at++) {
      const bytes = flipped(sealed, at);
      runtime.files.writeFile(SOURCE_PATH, bytes);
      const error = await errorOf(inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH, IDENTITY)));
      codes.add(error.code);
    }
    // A first line of another version, or none of age, isn't decrypted at all; a stanza of another kind is nobody's.
    expect([...codes].sort()).toEqual(["Corrupted", "EncryptedCapsule", "ForeignFormat", "NoMatchingIdentity"]);
    expect(await traces(runtime)).toEqual(NO_TRACES);
  });

  it("refuses a cut at every chunk's boundary and elsewhere, and bytes behind the end", async () => {
    const cuts = [0, 1, 2].map((index) => payloadStart + index * SEALED_CHUNK_BYTES);
    for (const at of cuts) {
      for (const length of [at - 1, at, at + 1, at + 16, at + 17]) {
        await refused(`cut to ${length}`, sealed.subarray(0, length), "Corrupted");
      }
    }
    await refused("cut by a byte", sealed.subarray(0, -1), "Corrupted");
    await refused("a bare header", sealed.subarray(0, payloadStart - NONCE_BYTES), "Corrupted");
    await refused("a byte more", concatBytes(sealed, new Uint8Array(1)), "Corrupted");
    await refused("nothing of it", new Uint8Array(0), "ForeignFormat");
  });

  it("refuses chunks that were swapped, duplicated, left out, altered or taken from elsewhere", async () => {
    const [first, second, last] = [chunk(0), chunk(1), chunk(2)];
    await refused("swapped", concatBytes(header(), second, first, last), "Corrupted");
    await refused("duplicated", concatBytes(header(), first, second, second, last), "Corrupted");
    await refused("last one twice", concatBytes(header(), first, second, last, last), "Corrupted");
    await refused("left out", concatBytes(header(), first, last), "Corrupted");
    const other = encrypted(plain, { recipients: [keys.recipient] });
    const foreign = other.subarray(payloadStart + SEALED_CHUNK_BYTES, payloadStart + 2 * SEALED_CHUNK_BYTES);
    await refused("from another file", concatBytes(header(), first, foreign, last), "Corrupted");
    for (const index of [0, 1, 2]) {
      const start = payloadStart + index * SEALED_CHUNK_BYTES;
      for (const at of [start, start + Math.floor(chunk(index).length / 2), start + chunk(index).length - 1]) {
        await refused(`altered at ${at}`, flipped(sealed, at, 0x80), "Corrupted");
      }
    }
    await refused("another nonce", flipped(sealed, payloadStart - 1), "Corrupted");
  });

  it("refuses an age file with something else in it", async () => {
    const seal = (bytes: Uint8Array) => encrypted(bytes, { recipients: [keys.recipient] });
    await refused("text", seal(new TextEncoder().encode("# not a capsule\n".repeat(100))), "ForeignFormat");
    await refused("an age file", seal(sealed), "EncryptedCapsule");
    await refused("a torn capsule", seal(plain.subarray(0, -300)), "Corrupted");
    await refused("an altered capsule", seal(flipped(plain, 70_000)), "Corrupted");
  });
});

describe("import() of a file that isn't encrypted", () => {
  it("refuses one that was cut anywhere but behind a commit, or has bytes behind its end", async () => {
    for (let length = plain.length - 1; length > plain.length - 700; length -= 97) {
      await refused(`cut to ${length}`, plain.subarray(0, length), "Corrupted", {});
    }
    await refused("a byte more", concatBytes(plain, new Uint8Array(8)), "Corrupted", {});
  });

  it("refuses flipped bits", async () => {
    for (let at = 0; at < plain.length; at += Math.ceil(plain.length / 60)) {
      runtime.files.writeFile(SOURCE_PATH, flipped(plain, at));
      const error = await errorOf(inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH)));
      expect(["Corrupted", "ForeignFormat", "VersionMismatch"], String(at)).toContain(error.code);
    }
    expect(await traces(runtime)).toEqual(NO_TRACES);
  });

  it("names capsules of other families", async () => {
    const error = await refused("Memvid", new TextEncoder().encode(`MV2E${"x".repeat(200)}`), "ForeignFormat", {});
    expect(error.message).toContain("Memvid");
  });
});
