import { readFileSync } from "node:fs";
import { Capsule } from "speckit-capsule";
import { create, documents, fileDigest, fixed, placeFor } from "./context.mjs";

/** The same calls give the same file, byte for byte. */
export const topic = "bytes";

export const cases = {
  async empty(context) {
    const path = placeFor(context, "empty");
    await (await create(path)).close();
    return fileDigest(path);
  },
  async "bulk of 2,000 documents"(context) {
    const path = placeFor(context, "bulk");
    const capsule = await create(path);
    await capsule.putMany(documents(2000));
    await capsule.commit({ label: "all" });
    await capsule.close();
    return fileDigest(path);
  },
  async "300 commits of one document"(context) {
    const path = placeFor(context, "tiny");
    const capsule = await create(path);
    for (const document of documents(300)) {
      await capsule.put(document.target, document.content, { title: document.title });
      await capsule.commit();
    }
    await capsule.close();
    return fileDigest(path);
  },
  async "blobs, streams, duplicates, binary"(context) {
    const path = placeFor(context, "blobs");
    const capsule = await create(path);
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
    if (!back.every((byte, i) => byte === big[i])) throw new Error("The stream came back changed");
    await capsule.close();
    return fileDigest(path);
  },
  async "content that looks like the file's own marks"(context) {
    const path = placeFor(context, "forged");
    const capsule = await create(path);
    await capsule.putMany(documents(50));
    await capsule.commit();
    await capsule.close();
    const own = readFileSync(path);
    const again = await Capsule.open(path, { mode: "write", ...fixed(2) });
    await again.put({ path: "forged.bin" }, new Uint8Array(own));
    await again.put({ path: "marks.bin" }, new Uint8Array(own.subarray(own.length - 64)));
    await again.commit();
    await again.close();
    return fileDigest(path);
  },
};
