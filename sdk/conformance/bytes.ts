/** The same calls give the same file, byte for byte. */

import { bytesOf, create, documents, fileDigest, write } from "./fixed.js";
import type { Case, Topic } from "./topic.js";

const empty: Case = async (place) => {
  await (await create(place)).close();
  return fileDigest(place);
};

const bulk: Case = async (place) => {
  const capsule = await create(place);
  await capsule.putMany(documents(2000));
  await capsule.commit({ label: "all" });
  await capsule.close();
  return fileDigest(place);
};

const smallCommits: Case = async (place) => {
  const capsule = await create(place);
  for (const { target, content, title } of documents(300)) {
    await capsule.put(target, content, title === undefined ? {} : { title });
    await capsule.commit();
  }
  await capsule.close();
  return fileDigest(place);
};

const blobs: Case = async (place) => {
  const capsule = await create(place);
  const big = new Uint8Array(3_300_000).map((_, i) => (i * 2654435761) >>> 13);
  const stream = async function* () {
    for (let at = 0; at < big.length; at += 100_003) yield big.subarray(at, at + 100_003);
  };
  await capsule.put({ path: "big.bin" }, big);
  await capsule.put({ path: "stream.bin" }, stream());
  await capsule.put({ path: "text.md" }, "word ".repeat(5000));
  await capsule.put({ path: "copy.md" }, "word ".repeat(5000));
  await capsule.put({ path: "empty.md" }, "");
  await capsule.commit();
  const back = await capsule.get("mv2://default/workspace/main/artifact/stream.bin", { as: "bytes" });
  if (!back?.every((byte, i) => byte === big[i])) throw new Error("The stream came back changed");
  await capsule.close();
  return fileDigest(place);
};

const forged: Case = async (place) => {
  const capsule = await create(place);
  await capsule.putMany(documents(50));
  await capsule.commit();
  await capsule.close();
  const own = bytesOf(place);
  const again = await write(place, 2);
  await again.put({ path: "forged.bin" }, own);
  await again.put({ path: "marks.bin" }, own.slice(own.length - 64));
  await again.commit();
  await again.close();
  return fileDigest(place);
};

const sessions: Case = async (place) => {
  await (await create(place, 6)).close();
  for (let i = 0; i < 12; i++) {
    const run = i % 3 === 2 ? { specId: "SPEC-1", runId: `r${i}` } : {};
    const capsule = await write(place, 10 + i, run);
    const [first = ""] = await capsule.putMany(documents(9, i * 9));
    if (i % 3 === 1) await capsule.alias(`mv2://default/old/r/artifact/${i}`, first, "moved");
    await capsule.close();
  }
  return fileDigest(place);
};

export const bytes: Topic = {
  name: "bytes",
  cases: {
    empty,
    "bulk of 2,000 documents": bulk,
    "300 commits of one document": smallCommits,
    "blobs, streams, duplicates, binary": blobs,
    "content that looks like the file's own marks": forged,
    "sessions, runs and aliases": sessions,
  },
};
