import { failSegment } from "./pages";
import { failContent, Segment, sectionPlace } from "./reader";

/** The segments that are being merged, oldest first. */

export const MAX_SOURCES: u32 = 64;

let list: usize = 0;
export let sourceCount: u32 = 0;

/** Sets the sources: `count` addresses of segments (u32) at `segments`, which has to stay as it is. */
export function setSources(segments: usize, count: u32): void {
  list = segments;
  sourceCount = count;
}

export function sourceAt(index: u32): Segment {
  return changetype<Segment>(<usize>load<u32>(list + ((<usize>index) << 2)));
}

/** What to add to an ordinal of a source to get its ordinal in the merged segment. */
export function sourceBase(index: u32): u32 {
  return sourceAt(index).firstRecord - sourceAt(0).firstRecord;
}

/** Something in a section of a source contradicts the format. Answers CORRUPT. */
export function failSource(segment: Segment, tag: u32): i32 {
  const status = failContent(segment, sectionPlace(segment, tag).offset);
  failSegment(status);
  return status;
}
