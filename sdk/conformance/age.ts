/** Encryption in the age format: what fixed randomness makes of a capsule, and fixed files opened. */

import { concatBytes, decodeBase64 } from "../../runtimes/std.js";
import { openAgeFile } from "../age/decrypted-file.js";
import type { DecryptOptions } from "../age/detect.js";
import { type EncryptOptions, encryptTo } from "../age/encrypt.js";
import { type AgeKeyPair, generateAgeKeys } from "../age/keys.js";
import { Capsule } from "../capsule.js";
import { bytesOf, create, documents, fixed, listAll, pathIn, sha256 } from "./fixed.js";
import type { Case, Place, Topic } from "./topic.js";

const LITTLE_WORK = 4;

function encrypted(bytes: Uint8Array, options: EncryptOptions): Uint8Array {
  const parts: Uint8Array[] = [];
  const writer = encryptTo((part) => parts.push(part), { workFactor: LITTLE_WORK, ...options });
  writer.write(bytes);
  writer.finish();
  return concatBytes(...parts);
}

/** A capsule of more than one chunk of 64 KiB. */
async function plainBytes(place: Place): Promise<Uint8Array> {
  const capsule = await create(place, 16);
  await capsule.putMany(documents(600));
  await capsule.close();
  return bytesOf(place);
}

async function opened(place: Place, bytes: Uint8Array, secrets: object): Promise<unknown> {
  place.runtime.files.writeFile(pathIn(place, "capsule.mv2e"), bytes);
  try {
    const capsule = await Capsule.open(pathIn(place, "capsule.mv2e"), { runtime: place.runtime, ...secrets });
    const found = [await listAll(capsule), (await capsule.search("retry budget", { limit: 5 })).resultsDigest];
    await capsule.close();
    return found;
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
}

const withPassphrase: Case = async (place) => {
  const bytes = encrypted(await plainBytes(place), { passphrase: "pässword", random: fixed(17).random });
  const answers = [];
  for (const passphrase of ["pässword", "password"]) answers.push(await opened(place, bytes, { passphrase }));
  return [sha256(place, bytes), answers];
};

const withKeys: Case = async (place) => {
  const [one, two, other] = [18, 19, 20].map((seed) => generateAgeKeys(fixed(seed).random)) as [
    AgeKeyPair,
    AgeKeyPair,
    AgeKeyPair,
  ];
  const recipients = [one.recipient, two.recipient];
  const bytes = encrypted(await plainBytes(place), { recipients, random: fixed(21).random });
  const cut = bytes.slice(0, -20);
  const answers = [await opened(place, cut, { identities: [two.identity] })];
  for (const { identity } of [one, two, other]) answers.push(await opened(place, bytes, { identities: [identity] }));
  return [one, two, sha256(place, bytes), answers];
};

/** "x25519", "scrypt" and "hmac_bad" of the C2SP's test vectors for age (CCTV), with the SHA-256 that it states of the payload. */
const PAYLOAD = "013f54400c82da08037759ada907a8b864e97de81c088a182062c4b5622fd2ab";
const vectors = [
  {
    secrets: { identities: ["AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0"] },
    outcome: PAYLOAD,
    file: "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBURWlGMHlwcXIrYnB2Y3FYTnlDVkpwTDdPdXdQZFZ3UEw3S1FFYkZET0NjCmhqYWJHWHdTTFE5YzNTNkx3MmkrUzJUdTJmaXdRSEhzbGJCTjZCNDFGTEUKLS0tIFd5SnA5Ri85Rk9aaDdnSmRoZXEyV0lKY3dIZ1ljOE5JVmgzZGR3aHJjTmcK7s9ix86RtDMnTmjU8vkTTLdMW/73vqpSyPC8DpksHoMx+2Y=",
  },
  {
    secrets: { passphrase: "password" },
    outcome: PAYLOAD,
    file: "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCByRjAvTndibFVISFRwZ1FnUnBlNUNRIDEwCmdVakV5bUZLTVZYUUVLZE1NSEwyNG9ZZXhqRTNUSUMwTzB6R1NxSjJhVVkKLS0tIElPWGlRWVN0a29UMW12WlcydEZPcVpkaFJWdmo1OGVnQUJ4L3NXZlpRYmMKGzXG5ofdANo6w3msn3QsIf0YWhuePe1znRSsappQEk24Ztg=",
  },
  {
    secrets: { identities: ["AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0"] },
    outcome: "Corrupted",
    file: "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBURWlGMHlwcXIrYnB2Y3FYTnlDVkpwTDdPdXdQZFZ3UEw3S1FFYkZET0NjCmhqYWJHWHdTTFE5YzNTNkx3MmkrUzJUdTJmaXdRSEhzbGJCTjZCNDFGTEUKLS0tIDhNY0UzaXg5UjM0RS92THJRdjN5ZXBzSGpvL0xYaGZzMjJBYjNVeUlubWcK7s9ix86RtDMnTmjU8vkTTLdMW/73vqpSyPC8DpksHoMx+2Y=",
  },
];

const decrypted = async (place: Place, file: string, secrets: DecryptOptions): Promise<unknown> => {
  const path = pathIn(place, "vector.age");
  place.runtime.files.writeFile(path, decodeBase64(file));
  try {
    const plain = await openAgeFile(place.runtime.files.open(path, { mode: "read" }), secrets);
    const bytes = await plain.read(0, plain.size());
    plain.close();
    return sha256(place, bytes);
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
};

const fixedFiles: Case = async (place) => {
  const found: unknown[] = [];
  for (const { file, secrets, outcome } of vectors) {
    found.push(await decrypted(place, file, secrets));
    if (found.at(-1) !== outcome) throw new Error(`Decrypting gives ${found.at(-1)}, the vector says ${outcome}`);
  }
  return found;
};

export const age: Topic = {
  name: "age",
  cases: { "with a passphrase": withPassphrase, "with keys": withKeys, "test vectors": fixedFiles },
};
