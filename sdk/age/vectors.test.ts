/** The test vectors of the age format (C2SP CCTV), each of one scenario. */
import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import * as vectors from "cctv-age";
import { describe, expect, it } from "vitest";
import { decodeUtf8 } from "../../runtimes/std.js";
import { CapsuleError } from "../errors.js";
import { fileOf } from "../testing/age.js";
import { openAgeFile } from "./decrypted-file.js";
import { formatHeader, parseHeader } from "./header.js";

interface Vector {
  readonly name: string;
  readonly expect: string;
  readonly payload: string | undefined;
  readonly identities: string[];
  readonly passphrases: string[];
  readonly isArmored: boolean;
  readonly file: Uint8Array;
}

function parseVector(name: string, bytes: Uint8Array): Vector {
  const end = Buffer.from(bytes).indexOf("\n\n");
  const fields = decodeUtf8(bytes.subarray(0, end))
    .split("\n")
    .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)] as const);
  const all = (key: string) => fields.filter(([found]) => found === key).map(([, value]) => value);
  const rest = bytes.subarray(end + 2);
  return {
    name,
    expect: all("expect")[0] ?? "",
    payload: all("payload")[0],
    identities: all("identity"),
    passphrases: all("passphrase"),
    isArmored: all("armored")[0] === "yes",
    file: all("compressed")[0] === "zlib" ? inflateSync(rest) : rest,
  };
}

const all = Object.entries(vectors as unknown as Record<string, Uint8Array>)
  .filter(([name]) => name !== "default")
  .map(([name, bytes]) => parseVector(name, bytes));
const isHybrid = ({ identities }: Vector) => identities.some((text) => text.startsWith("AGE-SECRET-KEY-PQ-"));
/** Armor is text around an age file, and hybrid recipients (ML-KEM-768 with X25519) another kind of key: capsules know neither. */
const ARMORED = 33;
const HYBRID = 18;
const applicable = all.filter((vector) => !vector.isArmored && !isHybrid(vector));

/** What the vectors call an error. */
function outcomeOf(error: unknown): string {
  if (!(error instanceof CapsuleError)) throw error;
  const { reason } = error.details;
  if (reason === "AGE_HEADER_MAC") return "HMAC failure";
  if (reason === "AGE_HEADER" || error.code === "TooLarge") return "header failure";
  if (reason === "AGE_PAYLOAD") return "payload failure";
  if (["NoMatchingIdentity", "InvalidPassphrase", "PassphraseRequired"].includes(error.code)) return "no match";
  throw error;
}

/** Decrypts in reads of `pieceBytes`: how it ended, and the hash of all that was given out. */
async function decrypt(vector: Vector, pieceBytes: number): Promise<{ outcome: string; bytes: number; hash: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  const [passphrase] = vector.passphrases;
  const secrets = { identities: vector.identities, ...(passphrase === undefined ? {} : { passphrase }) };
  try {
    const file = await openAgeFile(fileOf(vector.file), { ...secrets, maxWorkFactor: 16 });
    for (; bytes < file.size(); ) {
      const piece = await file.read(bytes, pieceBytes);
      hash.update(piece);
      bytes += piece.length;
    }
    return { outcome: "success", bytes, hash: hash.digest("hex") };
  } catch (error) {
    return { outcome: outcomeOf(error), bytes, hash: hash.digest("hex") };
  }
}

describe("the vectors", () => {
  it("apply, but for armor and hybrid keys", () => {
    expect(all).toHaveLength(143);
    expect(all.filter(({ isArmored }) => isArmored)).toHaveLength(ARMORED);
    expect(all.filter((vector) => isHybrid(vector) && !vector.isArmored)).toHaveLength(HYBRID);
    expect(applicable).toHaveLength(143 - ARMORED - HYBRID);
    expect(new Set(applicable.map((vector) => vector.expect)).size).toBe(5);
  });

  it.each(applicable.map((vector) => [vector.name, vector] as const))(
    "openAgeFile() gives %s its outcome",
    async (_, vector) => {
      const result = await decrypt(vector, 65536);
      expect(result.outcome).toBe(vector.expect);
      if (vector.name === "stream_two_final_chunks_second") {
        // Who reads in order sees the second chunk's mark before he knows that it isn't the last. Here its place decides.
        expect(result.bytes).toBe(65536);
      } else if (vector.payload !== undefined && (vector.expect === "success" || result.bytes > 0)) {
        // A payload that isn't whole is refused at once, or gives out exactly what the vector says.
        expect(result.hash).toBe(vector.payload);
      }
      if (vector.expect === "success") {
        expect((await decrypt(vector, 1 << 20)).hash).toBe(vector.payload);
        expect((await decrypt(vector, 1021)).hash).toBe(vector.payload);
      }
    },
  );

  it("parseHeader() loses nothing of a header", () => {
    let count = 0;
    for (const { expect: outcome, file } of applicable) {
      if (outcome === "header failure") continue;
      const { stanzas, mac, lengthBytes } = parseHeader(file);
      expect(Buffer.from(formatHeader(stanzas, mac))).toEqual(Buffer.from(file.subarray(0, lengthBytes)));
      count++;
    }
    expect(count).toBeGreaterThan(30);
  });
});
