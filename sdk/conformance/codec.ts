/** Content of every kind and length: how it is cut and compressed, and that it comes back. */

import { equalBytes } from "../../runtimes/std.js";
import { create, fileDigest, numbers } from "./fixed.js";
import type { Case, Topic } from "./topic.js";

/** Around the lengths at which something else begins: matches, packs, blobs, pieces. */
const lengths = [0, 1, 4, 12, 13, 63, 64, 65, 255, 256, 4095, 4096, 4097, 65_535, 65_536, 65_537, 262_144, 1_048_577];

type Content = (length: number) => Uint8Array;

const contents: Readonly<Record<string, Content>> = {
  zeros: (length) => new Uint8Array(length),
  noise: (length) => {
    const next = numbers(length + 5);
    return Uint8Array.from({ length }, () => next() >>> 11);
  },
  periods: (length) => Uint8Array.from({ length }, (_, i) => (i % 251) ^ ((i / 5000) & 7)),
  /** Short matches at changing distances between literals. */
  mixed: (length) => {
    const next = numbers(length + 17);
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const distance = 1 + (next() % 4000);
      const copies = next() % 3 > 0 && distance <= at;
      for (let end = Math.min(length, at + 3 + (next() % 40)); at < end; at++) {
        bytes[at] = copies ? (bytes[at - distance] as number) : 97 + (next() % 26);
      }
    }
    return bytes;
  },
};

const roundTrip = (make: Content): Case => {
  return async (place) => {
    const capsule = await create(place, 14);
    for (const length of lengths) await capsule.put({ path: `${length}.bin` }, make(length));
    await capsule.commit();
    for (const length of lengths) {
      const back = await capsule.get(`mv2://default/workspace/main/artifact/${length}.bin`, { as: "bytes" });
      if (back === null || !equalBytes(back, make(length))) throw new Error(`${length} bytes came back changed`);
    }
    const { contentBytesPut, contentBytesStored } = await capsule.stats();
    await capsule.close();
    return [contentBytesPut, contentBytesStored, fileDigest(place)];
  };
};

export const codec: Topic = {
  name: "codec",
  cases: Object.fromEntries(Object.entries(contents).map(([name, make]) => [name, roundTrip(make)])),
};
