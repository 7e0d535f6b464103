/** Age files that somebody altered: their headers as text and as recipients, authenticated again or not, and their payloads. */

import { concatBytes } from "../../runtimes/std.js";
import { openAgeFile } from "../../sdk/age/decrypted-file.js";
import { headerMac } from "../../sdk/age/file-key.js";
import { formatHeader, formatMacInput, parseHeader, type Stanza } from "../../sdk/age/header.js";
import { generateAgeKeys } from "../../sdk/age/keys.js";
import { unlockHeader } from "../../sdk/age/unlock.js";
import { encrypted, fileOf } from "../../sdk/testing/age.js";
import { Random } from "../crash/random.js";
import { mutateText } from "./texts.js";

const CHUNK_BYTES = 65_536;
const SEALED_CHUNK_BYTES = CHUNK_BYTES + 16;
const NONCE_BYTES = 16;
/** Two whole chunks and a short one. */
const PLAINTEXT_BYTES = 2 * CHUNK_BYTES + 1000;
const PASSPHRASE = "correct horse";
/** Keeps an altered work factor from costing what it says. */
const MAX_WORK_FACTOR = 6;

interface Seed {
  readonly file: Uint8Array;
  readonly headerBytes: number;
  readonly stanzas: readonly Stanza[];
  readonly fileKey: Uint8Array;
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** One file for recipients and one for a passphrase; the secrets that open them, and what is in both. */
class AgeSeeds {
  readonly plaintext = new Random(7).bytes(PLAINTEXT_BYTES);
  readonly secrets: { identities: string[]; passphrase: string; maxWorkFactor: number };
  readonly seeds: readonly Seed[];

  constructor() {
    const source = new Random(11);
    const random = (count: number) => source.bytes(count);
    const [first, second] = [generateAgeKeys(random), generateAgeKeys(random)];
    this.secrets = { identities: [second.identity], passphrase: PASSPHRASE, maxWorkFactor: MAX_WORK_FACTOR };
    const options = [{ recipients: [first.recipient, second.recipient] }, { passphrase: PASSPHRASE }];
    this.seeds = options.map((each) => this.seedOf(encrypted(this.plaintext, { ...each, random })));
  }

  private seedOf(file: Uint8Array): Seed {
    const header = parseHeader(file);
    return {
      file,
      headerBytes: header.lengthBytes,
      stanzas: header.stanzas,
      fileKey: unlockHeader(header, this.secrets),
    };
  }
}

/** The header's text altered at random, as nobody would write it. */
function alteredText({ file, headerBytes }: Seed, seeds: readonly string[], random: Random): Uint8Array {
  const text = mutateText([latin1(file.subarray(0, headerBytes)), ...seeds], random);
  return concatBytes(Buffer.from(text, "latin1"), file.subarray(headerBytes));
}

/** Other recipients under a code of authentication that is right: what whoever knows the file key could write. */
function alteredStanzas(
  { file, headerBytes, stanzas, fileKey }: Seed,
  others: readonly Stanza[],
  random: Random,
): Uint8Array {
  const changed = [...stanzas];
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    const at = random.below(changed.length + 1);
    const kind = random.below(4);
    if (kind === 0) changed.splice(at, 0, alteredStanza(random.pick(others), random));
    else if (kind === 1) changed.splice(at, 1);
    else if (kind === 2) changed.reverse();
    else if (at < changed.length) changed[at] = alteredStanza(changed[at] as Stanza, random);
  }
  const mac = headerMac(fileKey, formatMacInput(changed));
  return concatBytes(formatHeader(changed, mac), file.subarray(headerBytes));
}

function alteredStanza({ args, body }: Stanza, random: Random): Stanza {
  const kind = random.below(5);
  const at = random.below(args.length);
  if (kind === 0) return { args: args.toSpliced(at, 1, mutateText(args, random)), body };
  if (kind === 1) return { args: [...args, random.pick(args)], body };
  if (kind === 2) return { args, body: body.subarray(0, random.below(body.length + 1)) };
  if (kind === 3) return { args, body: concatBytes(body, random.bytes(random.below(100))) };
  return { args, body: flipped(body, random) };
}

function flipped(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Uint8Array.from(bytes);
  if (copy.length === 0) return copy;
  const at = random.below(copy.length);
  copy[at] = (copy[at] as number) ^ (1 << random.below(8));
  return copy;
}

/** Chunks cut, swapped, doubled, dropped, damaged; bytes behind the end. */
function alteredPayload({ file, headerBytes }: Seed, random: Random): Uint8Array {
  const start = headerBytes + NONCE_BYTES;
  const chunks: Uint8Array[] = [];
  for (let at = start; at < file.length; at += SEALED_CHUNK_BYTES)
    chunks.push(file.subarray(at, at + SEALED_CHUNK_BYTES));
  const at = random.below(chunks.length);
  const kind = random.below(6);
  if (kind === 0) return file.subarray(0, random.below(file.length));
  if (kind === 1) return file.subarray(0, start + at * SEALED_CHUNK_BYTES);
  if (kind === 2) chunks.splice(at, 1);
  else if (kind === 3) chunks.splice(random.below(chunks.length + 1), 0, chunks[at] as Uint8Array);
  else if (kind === 4) chunks[at] = flipped(chunks[at] as Uint8Array, random);
  else chunks.push(random.bytes(1 + random.below(40)));
  return concatBytes(file.subarray(0, start), ...chunks);
}

/**
 * A way to try the age file that a seed makes: it opens or is refused; a header that parses is formatted to the same bytes; what is read
 * of a file is what was encrypted, or the read is refused. `attempt` tells whether its work was done.
 */
export function ageFileParser(attempt: (work: () => unknown) => Promise<boolean>): (seed: number) => Promise<boolean> {
  const { plaintext, secrets, seeds } = new AgeSeeds();
  const texts = seeds.map(({ file, headerBytes }) => latin1(file.subarray(0, headerBytes)));
  const stanzas = seeds.flatMap((seed) => seed.stanzas);
  const alter = [
    (seed: Seed, random: Random) => alteredText(seed, texts, random),
    (seed: Seed, random: Random) => alteredStanzas(seed, stanzas, random),
    alteredPayload,
  ] as const;
  return async (number) => {
    const random = new Random(number);
    const bytes = random.pick(alter)(random.pick(seeds), random);
    await attempt(() => requireSameHeader(bytes));
    return attempt(async () => {
      const file = await openAgeFile(fileOf(bytes), secrets);
      try {
        // What was cut off has to be missed when the file is opened: a reader may stop before its end.
        if (file.size() !== PLAINTEXT_BYTES) throw new Error(`it opens with ${file.size()} bytes`);
        const at = random.below(PLAINTEXT_BYTES);
        for (const from of [0, at, file.size() - 1])
          await attempt(() => requirePlaintext(file.read(from, 70_000), from));
        requirePlaintext(await file.read(0, file.size()), 0);
      } finally {
        file.close();
      }
    });
  };

  function requirePlaintext(read: Uint8Array | Promise<Uint8Array>, from: number): void {
    if (read instanceof Promise) throw new Error("a file in memory made a promise");
    if (Buffer.compare(read, plaintext.subarray(from, from + read.length)) !== 0) {
      throw new Error(`other bytes than were encrypted at ${from}`);
    }
  }
}

function requireSameHeader(bytes: Uint8Array): void {
  const { stanzas, mac, lengthBytes } = parseHeader(bytes);
  const again = formatHeader(stanzas, mac);
  if (Buffer.compare(again, bytes.subarray(0, lengthBytes)) !== 0) {
    throw new Error(
      `a header parses and is written otherwise: ${JSON.stringify(latin1(bytes.subarray(0, lengthBytes)))}`,
    );
  }
}
