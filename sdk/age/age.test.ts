import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { File, FileIdentity } from "../../runtimes/contract.js";
import { createMemoryRuntime } from "../../runtimes/memory.js";
import { concatBytes, encodeUtf8 } from "../../runtimes/std.js";
import { encrypted, fileOf } from "../testing/age.js";
import { errorOf, noise } from "../testing/fixtures.js";
import { openAgeFile } from "./decrypted-file.js";
import { encryptTo } from "./encrypt.js";
import { headerMac, payloadKey } from "./file-key.js";
import { formatHeader, formatMacInput, parseHeader } from "./header.js";
import { generateAgeKeys, recipientOf } from "./keys.js";
import { unlockHeader } from "./unlock.js";

const CHUNK = 65536;
const SEALED = CHUNK + 16;
const alice = generateAgeKeys();
const bob = generateAgeKeys();
/** Made by age-keygen 1.1.1. */
const KNOWN_IDENTITY = "AGE-SECRET-KEY-1YW4PDFV3DV3CXUWP3RZU48PV8UX267SMS5M6YX2C32WJNQ5MR8DQF9ULKL";
const KNOWN_RECIPIENT = "age1yq7duy3dgjksh7eukfk4kgu03h7au9f6v8ym0mnp0575je8k7ezq45jzg8";
const open = (bytes: Uint8Array, secrets = { identities: [alice.identity] }) => openAgeFile(fileOf(bytes), secrets);

async function decrypted(bytes: Uint8Array, secrets: Parameters<typeof openAgeFile>[1]): Promise<Uint8Array> {
  const file = await openAgeFile(fileOf(bytes), secrets);
  return file.read(0, file.size());
}

/** The file's parts: everything before the chunks, and the chunks. */
function parts(bytes: Uint8Array): { head: Uint8Array; chunks: Uint8Array[] } {
  const start = parseHeader(bytes).lengthBytes + 16;
  const count = Math.ceil((bytes.length - start) / SEALED);
  return {
    head: bytes.subarray(0, start),
    chunks: Array.from({ length: count }, (_, i) => bytes.subarray(start + i * SEALED, start + (i + 1) * SEALED)),
  };
}

/** A file whose reads are promises. */
class RemoteFile implements File {
  readonly path = "/remote";
  readonly readonly = true;
  constructor(private readonly bytes: Uint8Array) {}
  size(): number {
    return this.bytes.length;
  }
  async readInto(offset: number, destination: Uint8Array): Promise<number> {
    const part = this.bytes.subarray(offset, offset + destination.length);
    await Promise.resolve();
    destination.set(part);
    return part.length;
  }
  async read(offset: number, length: number): Promise<Uint8Array> {
    return this.bytes.slice(offset, offset + length);
  }
  write(): void {}
  append(): number {
    return 0;
  }
  sync(): void {}
  truncate(): void {}
  identity(): FileIdentity {
    return "remote" as FileIdentity;
  }
  close(): void {}
}

describe("encryptTo() and openAgeFile()", () => {
  it("give back what was written, whatever its length and pieces", async () => {
    for (const length of [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17]) {
      const text = noise(length);
      for (const piece of [1 + (length >> 3), CHUNK, 1 << 20]) {
        const bytes = encrypted(text, { recipients: [alice.recipient, bob.recipient] }, piece);
        for (const { identity } of [alice, bob]) {
          expect(Buffer.compare(await decrypted(bytes, { identities: [identity] }), text)).toBe(0);
        }
      }
    }
  });

  it("agree with the specification carried out by other means", async () => {
    const text = noise(2 * CHUNK + 5);
    const bytes = encrypted(text, { recipients: [alice.recipient] });
    const { head, chunks } = parts(bytes);
    const fileKey = unlockHeader(parseHeader(bytes), { identities: [alice.identity] });
    const key = payloadKey(fileKey, head.subarray(-16));
    const plain = chunks.map((chunk, i) => {
      const nonce = new Uint8Array(12);
      nonce[10] = i;
      nonce[11] = i === chunks.length - 1 ? 1 : 0;
      return chacha20poly1305(key, nonce).decrypt(chunk);
    });
    expect(plain.map(({ length }) => length)).toEqual([CHUNK, CHUNK, 5]);
    expect(Buffer.compare(concatBytes(...plain), text)).toBe(0);
  });

  it("open with the passphrase, text or bytes, and with no other", async () => {
    const bytes = encrypted(encodeUtf8("secret"), { passphrase: "pass wörd" });
    expect(await decrypted(bytes, { passphrase: "pass wörd" })).toEqual(encodeUtf8("secret"));
    const given = encodeUtf8("pass wörd");
    expect(await decrypted(bytes, { passphrase: given, identities: [alice.identity] })).toEqual(encodeUtf8("secret"));
    expect(given).toEqual(encodeUtf8("pass wörd"));
    expect(await errorOf(openAgeFile(fileOf(bytes), { passphrase: "pass word" }))).toMatchObject({
      code: "InvalidPassphrase",
      exitCode: 1,
    });
  });

  it("say what is missing to open a file", async () => {
    const byPassphrase = encrypted(new Uint8Array(9), { passphrase: "x" });
    const byKey = encrypted(new Uint8Array(9), { recipients: [alice.recipient] });
    expect((await errorOf(open(byPassphrase))).code).toBe("PassphraseRequired");
    expect((await errorOf(open(byKey, { identities: [bob.identity] }))).code).toBe("NoMatchingIdentity");
    expect((await errorOf(openAgeFile(fileOf(byKey), { passphrase: "x" }))).message).toMatch(/no identity was given/);
    expect((await errorOf(openAgeFile(fileOf(byPassphrase), { passphrase: "" }))).code).toBe("InvalidArgument");
    expect((await errorOf(() => encryptTo(() => {}, {}))).code).toBe("PassphraseRequired");
    expect((await errorOf(() => encryptTo(() => {}, { recipients: [] }))).code).toBe("PassphraseRequired");
  });

  it("write a work factor of 18, and refuse more than is permitted before doing it", async () => {
    const bytes = encrypted(new Uint8Array(1), { passphrase: "x", workFactor: 5 });
    const error = await errorOf(openAgeFile(fileOf(bytes), { passphrase: "x", maxWorkFactor: 4 }));
    expect(error).toMatchObject({ code: "TooLarge", details: { expected: 4, found: 5 } });
    const header = Buffer.from(bytes.subarray(0, parseHeader(bytes).lengthBytes)).toString();
    const costly = encodeUtf8(header.replace(/ 5\n/, " 21\n"));
    expect((await errorOf(openAgeFile(fileOf(costly), { passphrase: "x" }))).hint).toMatch(/age -d/);
    for (const workFactor of [0, 21, 1.5]) {
      expect((await errorOf(() => encryptTo(() => {}, { passphrase: "x", workFactor }))).code).toBe("InvalidArgument");
    }
    const parameters: string[] = [];
    encryptTo((part) => parameters.push(Buffer.from(part).toString("latin1")), { passphrase: "x" }).abort();
    expect(parameters[0]).toMatch(/^age-encryption\.org\/v1\n-> scrypt [A-Za-z0-9+/]{22} 18\n/);
  });

  it("refuse a passphrase together with recipients", async () => {
    const both = { passphrase: "x", recipients: [alice.recipient] };
    expect((await errorOf(() => encryptTo(() => {}, both))).code).toBe("InvalidArgument");
  });

  it("give the same file for the same randomness", () => {
    const random = (count: number) => new Uint8Array(count).fill(count);
    const text = noise(100);
    expect(encrypted(text, { recipients: [alice.recipient], random })).toEqual(
      encrypted(text, { recipients: [alice.recipient], random }, 7),
    );
  });
});

describe("AgeWriter", () => {
  it("holds one chunk, and takes nothing after its end", async () => {
    const lengths: number[] = [];
    const writer = encryptTo((bytes) => lengths.push(bytes.length), { recipients: [alice.recipient] });
    writer.write(new Uint8Array(CHUNK));
    expect(lengths).toHaveLength(2);
    writer.write(new Uint8Array(1));
    expect(lengths[2]).toBe(SEALED);
    writer.finish();
    expect(lengths[3]).toBe(17);
    expect(writer.bytesWritten).toBe(lengths.reduce((sum, length) => sum + length));
    expect((await errorOf(() => writer.write(new Uint8Array(1)))).code).toBe("Closed");
    expect((await errorOf(() => writer.finish())).code).toBe("Closed");
  });

  it("ends when its sink fails", async () => {
    let count = 0;
    const writer = encryptTo(
      () => {
        if (++count === 3) throw new RangeError("full");
      },
      { recipients: [alice.recipient] },
    );
    expect(() => writer.write(new Uint8Array(CHUNK + 1))).toThrow(RangeError);
    expect((await errorOf(() => writer.finish())).message).toMatch(/given up/);
  });
});

describe("openAgeFile() on a file that isn't what was written", () => {
  const text = noise(3 * CHUNK + 100);
  const bytes = encrypted(text, { recipients: [alice.recipient] });
  const { head, chunks } = parts(bytes);
  const readAll = async (altered: Uint8Array) => {
    const file = await open(altered);
    return file.read(0, file.size());
  };

  it("refuses every cut, at chunks' boundaries and elsewhere, when it opens", async () => {
    const boundaries = chunks.map((_, i) => head.length + i * SEALED);
    const near = [...boundaries, bytes.length].flatMap((at) => [-17, -16, -1, 0, 1, 15, 16, 17].map((d) => at + d));
    const cuts = new Set([0, 1, 20, head.length - 17, head.length - 16, head.length - 1, ...near, 100_000]);
    for (const cut of cuts) {
      if (cut >= bytes.length) continue;
      expect(await errorOf(open(bytes.subarray(0, cut))), `cut at ${cut}`).toMatchObject({ code: "Corrupted" });
    }
    expect((await errorOf(open(bytes.subarray(0, boundaries[2])))).message).toMatch(/end is missing/);
  });

  it("refuses a bare header, and bytes behind the end", async () => {
    const bare = bytes.subarray(0, parseHeader(bytes).lengthBytes);
    expect((await errorOf(open(bare))).code).toBe("Corrupted");
    for (const extra of [1, 16, 17, CHUNK]) {
      const longer = concatBytes(bytes, new Uint8Array(extra));
      expect((await errorOf(open(longer))).code, `${extra} more`).toBe("Corrupted");
    }
    expect((await errorOf(open(concatBytes(bytes, chunks[3] as Uint8Array)))).code).toBe("Corrupted");
  });

  it("refuses chunks that were swapped, repeated, left out, or come from another file", async () => {
    const [a, b, c, d] = chunks as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const other = parts(encrypted(text, { recipients: [alice.recipient] })).chunks as [Uint8Array, Uint8Array];
    for (const [name, order] of Object.entries({
      swapped: [b, a, c, d],
      repeated: [a, a, c, d],
      repeatedLonger: [a, b, b, c, d],
      leftOut: [a, c, d],
      ofAnotherFile: [a, other[1], c, d],
      lastFirst: [d],
    })) {
      const error = await errorOf(readAll(concatBytes(head, ...order)));
      expect(error, name).toMatchObject({ code: "Corrupted", details: { reason: "AGE_PAYLOAD" } });
    }
    expect(Buffer.compare(await readAll(concatBytes(head, a, b, c, d)), text)).toBe(0);
  });

  it("gives out nothing of an altered chunk, and goes on giving the others", async () => {
    for (const at of [0, 1000, CHUNK, SEALED - 1]) {
      const altered = bytes.slice();
      altered[head.length + SEALED + at] = (altered[head.length + SEALED + at] ?? 0) ^ 4;
      const file = await open(altered);
      const target = new Uint8Array(CHUNK);
      const error = await errorOf(async () => file.readInto(CHUNK, target));
      expect(error).toMatchObject({ code: "Corrupted", details: { offset: head.length + SEALED } });
      expect(target.every((byte) => byte === 0)).toBe(true);
      expect(Buffer.compare(await file.read(0, CHUNK), text.subarray(0, CHUNK))).toBe(0);
      expect(Buffer.compare(await file.read(2 * CHUNK, CHUNK), text.subarray(2 * CHUNK, 3 * CHUNK))).toBe(0);
    }
  });

  it("refuses a flipped bit in any byte of the header", async () => {
    const small = encrypted(encodeUtf8("text"), { recipients: [alice.recipient] });
    const { lengthBytes } = parseHeader(small);
    for (let at = 0; at < lengthBytes + 16; at++) {
      const bit = 8 * at + ((at * 5) & 7);
      const altered = small.slice();
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const { code } = await errorOf(open(altered));
      expect(["Corrupted", "NoMatchingIdentity"], `bit ${bit}`).toContain(code);
    }
  });

  it("refuses a header with a recipient more or less", async () => {
    const { stanzas, mac, lengthBytes } = parseHeader(
      encrypted(text, { recipients: [alice.recipient, bob.recipient] }),
    );
    expect(lengthBytes).toBeGreaterThan(0);
    for (const changed of [stanzas.slice(0, 1), [...stanzas, { args: ["more"], body: new Uint8Array(3) }]]) {
      const error = await errorOf(open(concatBytes(formatHeader(changed, mac), bytes.subarray(head.length - 16))));
      expect(error).toMatchObject({ code: "Corrupted", details: { reason: "AGE_HEADER_MAC" } });
    }
  });
});

describe("parseHeader()", () => {
  it("gives back what formatHeader() wrote, and knows its code", () => {
    const visible = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 20,
    });
    const stanza = fc.record({
      args: fc.array(visible, { minLength: 1, maxLength: 4 }),
      body: fc.uint8Array({ maxLength: 200 }),
    });
    fc.assert(
      fc.property(
        fc.array(stanza, { minLength: 1, maxLength: 5 }),
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        (stanzas, key) => {
          const mac = headerMac(key, formatMacInput(stanzas));
          const bytes = formatHeader(stanzas, mac);
          const header = parseHeader(concatBytes(bytes, key));
          expect(header.stanzas).toEqual(stanzas);
          expect(header.lengthBytes).toBe(bytes.length);
          expect(headerMac(key, header.macInput)).toEqual(mac);
        },
      ),
    );
  });

  it("accepts only what formatHeader() would write, and throws nothing but errors of its own", () => {
    const piece = fc.constantFrom(
      "age-encryption.org/v1\n",
      "-> ",
      "X25519 ",
      "AAAA",
      "\n",
      "---",
      " ",
      "=",
      "\r",
      "A".repeat(64),
      "é",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, isEnded) => {
        const body = `age-encryption.org/v1\n-> a\n${pieces.join("")}${isEnded ? `\n--- ${"A".repeat(43)}\n` : ""}`;
        try {
          const { stanzas, mac, lengthBytes } = parseHeader(encodeUtf8(body));
          expect(Buffer.from(formatHeader(stanzas, mac)).toString()).toBe(body.slice(0, lengthBytes));
        } catch (error) {
          expect(error).toMatchObject({ code: "Corrupted" });
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("a decrypted file", () => {
  const text = noise(20 * CHUNK + 333);
  const bytes = encrypted(text, { recipients: [alice.recipient] });

  it.each(["here", "far away"])("reads any range as a file does, %s", async (where) => {
    const source = where === "here" ? fileOf(bytes) : new RemoteFile(bytes);
    const file = await openAgeFile(source, { identities: [alice.identity] });
    expect(file.size()).toBe(text.length);
    const offset = fc.oneof(
      fc.integer({ min: 0, max: text.length + 10 }),
      fc
        .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: -2, max: 2 }))
        .map(([n, d]) => Math.max(0, n * CHUNK + d)),
    );
    const length = fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: text.length }));
    await fc.assert(
      fc.asyncProperty(offset, length, async (at, count) => {
        const expected = text.subarray(at, at + count);
        expect(Buffer.compare(await file.read(at, count), expected)).toBe(0);
        const target = new Uint8Array(count).fill(7);
        expect(await file.readInto(at, target)).toBe(expected.length);
        expect(Buffer.compare(target.subarray(0, expected.length), expected)).toBe(0);
        expect(target.subarray(expected.length).every((byte) => byte === 7)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("reads at the same time, far away", async () => {
    const file = await openAgeFile(new RemoteFile(bytes), { identities: [alice.identity] });
    const reads = Array.from({ length: 40 }, (_, i) => ({ at: (i * 7919 * 13) % text.length, count: 90_000 }));
    const found = await Promise.all(reads.map(({ at, count }) => file.read(at, count)));
    for (const [i, { at, count }] of reads.entries()) {
      expect(Buffer.compare(found[i] as Uint8Array, text.subarray(at, at + count))).toBe(0);
    }
  });

  it("says so when its file becomes shorter while it is open", async () => {
    const { files } = createMemoryRuntime();
    files.writeFile("/capsule.mv2e", bytes);
    const file = await openAgeFile(files.open("/capsule.mv2e", { mode: "read" }), { identities: [alice.identity] });
    files.open("/capsule.mv2e", { mode: "write" }).truncate(5 * SEALED);
    expect((await errorOf(async () => file.read(5 * CHUNK, 100))).code).toBe("SnapshotLost");
    expect(Buffer.compare(await file.read(0, 100), text.subarray(0, 100))).toBe(0);
  });

  it("can't be written, and can't be used once it is closed", async () => {
    const file = await open(bytes);
    expect(() => file.write(0, new Uint8Array(1))).toThrow(expect.objectContaining({ code: "ReadOnlyHandle" }));
    expect(() => file.append(new Uint8Array(1))).toThrow(expect.objectContaining({ code: "ReadOnlyHandle" }));
    expect(() => file.truncate(0)).toThrow(expect.objectContaining({ code: "ReadOnlyHandle" }));
    file.close();
    file.close();
    expect(() => file.size()).toThrow(expect.objectContaining({ code: "Closed" }));
    expect(() => file.read(0, 1)).toThrow(expect.objectContaining({ code: "Closed" }));
  });
});

describe("recipientOf() and generateAgeKeys()", () => {
  it("agree with a key pair made by another program", () => {
    expect(recipientOf(KNOWN_IDENTITY)).toBe(KNOWN_RECIPIENT);
    expect(recipientOf(alice.identity)).toBe(alice.recipient);
    expect(alice.recipient).toMatch(/^age1[a-z0-9]{58}$/);
    expect(alice.identity).toMatch(/^AGE-SECRET-KEY-1[A-Z0-9]{58}$/);
  });

  it("refuse other forms, and never repeat a secret", async () => {
    for (const bad of [
      alice.identity.toLowerCase(),
      `${KNOWN_IDENTITY.slice(0, -1)}Q`,
      alice.recipient,
      "",
      "AGE-SECRET-KEY-1",
    ]) {
      const error = await errorOf(() => recipientOf(bad));
      expect(error.code).toBe("InvalidArgument");
      if (bad.length > 20) expect(`${error.message} ${JSON.stringify(error.details)}`).not.toContain(bad.slice(-20));
    }
    for (const bad of [alice.recipient.toUpperCase(), `${alice.recipient}q`, alice.identity, "ssh-ed25519 AAAA"]) {
      const error = await errorOf(() => encryptTo(() => {}, { recipients: [bad] }));
      expect(error.code).toBe("InvalidArgument");
      expect(error.message).not.toContain("SECRET");
    }
  });
});
