/** Opens a capsule through a file that counts what is read, and resolves one URI. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { Capsule } from "speckit-capsule";
import { parameters, print } from "./support.mjs";

const { path, artifacts } = parameters;
let [bytesRead, reads] = [0, 0];

/** A file for reading only, as Capsule.open takes it. */
function countedFile() {
  const descriptor = openSync(path, "r");
  const refuse = () => {
    throw new Error("This file is for reading only");
  };
  const readInto = (offset, destination) => {
    reads++;
    let count = 0;
    while (count < destination.length) {
      const got = readSync(descriptor, destination, count, destination.length - count, offset + count);
      if (got === 0) break;
      count += got;
    }
    bytesRead += count;
    return count;
  };
  const read = (offset, length) => {
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, readInto(offset, bytes));
  };
  const size = () => fstatSync(descriptor).size;
  const [write, append, sync, truncate] = [refuse, refuse, refuse, refuse];
  const close = () => closeSync(descriptor);
  return { path, readonly: true, size, readInto, read, write, append, sync, truncate, identity: () => path, close };
}

const startedAt = performance.now();
const capsule = await Capsule.open(path, { file: countedFile() });
const uri = `mv2://default/BENCH/main/artifact/note-${artifacts >> 1}`;
const entry = await capsule.resolve(uri);
const openAndResolveMs = performance.now() - startedAt;
if (entry === null) throw new Error(`${uri} isn't there`);
await capsule.close();
print({ openAndResolveMs, bytesRead, reads });
