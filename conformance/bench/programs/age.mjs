/** Encrypts and decrypts a payload of age through the SDK, and the same chunks with @noble/ciphers and node:crypto, in turn. */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { closeSync, openSync, readSync, writeFileSync } from "node:fs";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { encryptTo, generateAgeKeys, openAgeFile } from "speckit-capsule/age";
import { parameters, print, quantile, removeAll } from "./support.mjs";

const { path, megabytes, passes } = parameters;
const CHUNK_BYTES = 65536;
const TAG_BYTES = 16;
const length = megabytes * 1_000_000;
const text = new Uint8Array(length);
for (let at = 0; at < length; at++) text[at] = (at * 167) >> 3;
const chunks = Math.ceil(length / CHUNK_BYTES);
const chunkOf = (bytes, index, size) => bytes.subarray(index * size, Math.min((index + 1) * size, bytes.length));
const key = new Uint8Array(32).fill(7);

function nonceOf(index) {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(7, index);
  nonce[11] = index === chunks - 1 ? 1 : 0;
  return nonce;
}

const { identity, recipient } = generateAgeKeys();

/** The sink drops what it gets: only the last file is kept, for decrypting. */
function encryptOurs(sink) {
  const writer = encryptTo(sink, { recipients: [recipient] });
  writer.write(text);
  writer.finish();
}

const parts = [];
encryptOurs((bytes) => parts.push(bytes));
writeFileSync(path, Buffer.concat(parts));

/** A file of the SDK's contract, read with the runtime's own calls. */
function fileAt(descriptor, size) {
  const readInto = (offset, destination) => readSync(descriptor, destination, 0, destination.length, offset);
  return {
    path,
    readonly: true,
    size: () => size,
    readInto,
    read(offset, count) {
      const bytes = new Uint8Array(count);
      return bytes.subarray(0, readInto(offset, bytes));
    },
    identity: () => path,
    close() {},
  };
}

async function decryptOurs() {
  const descriptor = openSync(path, "r");
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const file = await openAgeFile(fileAt(descriptor, size), { identities: [identity] });
  const piece = new Uint8Array(1 << 20);
  let last = 0;
  for (let at = 0; at < length; at += piece.length) last = await file.readInto(at, piece);
  file.close();
  closeSync(descriptor);
  if (piece[last - 1] !== text[length - 1]) throw new Error("Decrypted something else");
}

const sealed = new Uint8Array(length + chunks * TAG_BYTES);
for (let index = 0; index < chunks; index++) {
  const cipher = chacha20poly1305(key, nonceOf(index));
  sealed.set(cipher.encrypt(chunkOf(text, index, CHUNK_BYTES)), index * (CHUNK_BYTES + TAG_BYTES));
}

function encryptNoble() {
  for (let index = 0; index < chunks; index++) {
    chacha20poly1305(key, nonceOf(index)).encrypt(chunkOf(text, index, CHUNK_BYTES));
  }
}

function decryptNoble() {
  for (let index = 0; index < chunks; index++) {
    chacha20poly1305(key, nonceOf(index)).decrypt(chunkOf(sealed, index, CHUNK_BYTES + TAG_BYTES));
  }
}

function encryptHost() {
  for (let index = 0; index < chunks; index++) {
    const cipher = createCipheriv("chacha20-poly1305", key, nonceOf(index), { authTagLength: TAG_BYTES });
    cipher.update(chunkOf(text, index, CHUNK_BYTES));
    cipher.final();
    cipher.getAuthTag();
  }
}

function decryptHost() {
  for (let index = 0; index < chunks; index++) {
    const chunk = chunkOf(sealed, index, CHUNK_BYTES + TAG_BYTES);
    const cipher = createDecipheriv("chacha20-poly1305", key, nonceOf(index), { authTagLength: TAG_BYTES });
    cipher.setAuthTag(chunk.subarray(-TAG_BYTES));
    cipher.update(chunk.subarray(0, -TAG_BYTES));
    cipher.final();
  }
}

/** Whether this runtime's node:crypto has the cipher: not all do. */
function hostHasIt() {
  try {
    encryptHost();
    decryptHost();
    return true;
  } catch {
    return false;
  }
}

const work = {
  encryptOurs: () => encryptOurs(() => undefined),
  encryptNoble,
  decryptOurs,
  decryptNoble,
  ...(hostHasIt() ? { encryptHost, decryptHost } : {}),
};
const times = Object.fromEntries(Object.keys(work).map((name) => [name, []]));
for (let pass = 0; pass <= passes; pass++) {
  for (const [name, run] of Object.entries(work)) {
    const startedAt = performance.now();
    await run();
    if (pass > 0) times[name].push(performance.now() - startedAt);
  }
}
removeAll(path);
const speed = ([name, samples]) => [`${name}MBPerSecond`, (megabytes / quantile(samples, 0.5)) * 1000];
print(Object.fromEntries(Object.entries(times).map(speed)));
