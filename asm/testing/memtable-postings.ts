/** Test entry: the postings codec over one output buffer. */
import { Buffer } from "../memory/buffer";
import { takeChunk } from "../memory/chunks";
import { addPosting, beginPostings, endPostings, notePostingLengths } from "../segment/postings";

export { decodeFullBlock, decodeRemainder, hasEmptyPosting } from "../segment/postings-decode";
export { takeChunk } from "../memory/chunks";

const output: Buffer = Buffer.create();

/** Encodes `df` postings, rows of u32 ordinal, title tf, body tf, title length, body length. Bytes before the list are kept. */
export function encode(rows: usize, df: u32, bytesBefore: u32): i32 {
  output.release();
  output.extend(bytesBefore);
  beginPostings(output, df);
  for (let row = rows; row < rows + <usize>df * 20; row += 20) {
    notePostingLengths(load<u32>(row, 12), load<u32>(row, 16));
    addPosting(load<u32>(row), load<u32>(row, 4), load<u32>(row, 8));
  }
  return endPostings();
}
export function outputData(): usize {
  return output.data;
}
export function outputLength(): usize {
  return output.length;
}
