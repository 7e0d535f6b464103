/** Test entry: the postings codec over one output buffer. */
import { Buffer } from "../memory/buffer";
import { addPostings, beginPostings, endPostings, MAX_TF, packLengths } from "../segment/postings";

export { takeChunk } from "../memory/chunks";
export { decodeFullBlock, decodeRemainder, hasEmptyPosting } from "../segment/postings-decode";

const output: Buffer = Buffer.create();

const arrays: usize = memory.data(2048, 16);

/**
 * Encodes `df` postings, rows of u32 ordinal, title tf, body tf, title length, body length, adding `group` at a time, whose
 * ordinals are given less `base`. Bytes before the list are kept.
 */
export function encode(rows: usize, df: u32, bytesBefore: u32, group: u32, base: u32): i32 {
  output.release();
  output.extend(bytesBefore);
  beginPostings(output, df);
  for (let from: u32 = 0; from < df; from += group) {
    const count = min<u32>(group, df - from);
    for (let i: u32 = 0; i < count; i++) {
      const row = rows + <usize>(from + i) * 20;
      const at = arrays + ((<usize>i) << 2);
      store<u32>(at, load<u32>(row) - base);
      store<u32>(at, min<u32>(load<u32>(row, 4), MAX_TF), 512);
      store<u32>(at, min<u32>(load<u32>(row, 8), MAX_TF), 1024);
      store<u32>(at, packLengths(load<u32>(row, 12), load<u32>(row, 16)), 1536);
    }
    addPostings(count, base, arrays, arrays + 512, arrays + 1024, arrays + 1536);
  }
  return endPostings();
}
export function outputData(): usize {
  return output.data;
}
export function outputLength(): usize {
  return output.length;
}
