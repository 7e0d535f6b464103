/** Sections and directory of a segment, as docs/format.md 7.1 lays them out: shared by reader and writer. */

export namespace Section {
  export const ADDRESSES: u32 = 1;
  export const KINDS: u32 = 2;
  export const RUNS: u32 = 3;
  export const TITLE_LENGTHS: u32 = 4;
  export const BODY_LENGTHS: u32 = 5;
  export const EXCEPTIONS: u32 = 6;
  export const URIS: u32 = 7;
  export const URI_FILTER: u32 = 8;
  export const POSTINGS: u32 = 9;
  export const TERMS: u32 = 10;
  export const CONTENTS: u32 = 11;
  export const PACKS: u32 = 12;
  export const NAMES: u32 = 13;
  export const CHECKPOINTS: u32 = 14;
  export const EVENTS: u32 = 15;
}

/** Tags above are unknown to this version. */
export const LAST_SECTION: u32 = 15;

export const SEGMENT_VERSION: u32 = 1;

/** The last bytes of the data. */
export const FOOTER_BYTES: u32 = 64;
export namespace Footer {
  export const FIRST_RECORD: usize = 0;
  export const RECORDS: usize = 8;
  export const DOCUMENTS: usize = 12;
  export const TITLE_TOTAL: usize = 16;
  export const BODY_TOTAL: usize = 24;
  export const URIS: usize = 32;
  export const TERMS: usize = 36;
  export const RESERVED: usize = 40;
  export const ENTRIES: usize = 56;
  export const VERSION: usize = 60;
}

/** An entry of the directory: one for each section. */
export const ENTRY_BYTES: u32 = 32;
export namespace Entry {
  export const TAG: usize = 0;
  export const PARAMETER: usize = 2;
  export const AUXILIARY_LENGTH: usize = 4;
  export const OFFSET: usize = 8;
  export const LENGTH: usize = 16;
  export const AUXILIARY_OFFSET: usize = 24;
}

export const RUN_BYTES: u32 = 16;
export const EXCEPTION_BYTES: u32 = 16;
/** A prefix and an ordinal, though not side by side. */
export const CONTENT_ENTRY_BYTES: u32 = 12;
export const PACK_ENTRY_BYTES: u32 = 40;
export const CHECKPOINT_ENTRY_BYTES: u32 = 4;
/** An ordinal and a type, though not side by side. */
export const EVENT_ENTRY_BYTES: u32 = 5;
export const FILTER_BLOCK_BYTES: u32 = 64;

/** A block of a table ends with the entry that makes it this long. */
export const BLOCK_LIMIT_BYTES: u32 = 1024;
export const MAX_KEY_BYTES: u32 = 1024;
export const MAX_VALUE_BYTES: u32 = 1 << 20;
/** Each level of index blocks has at most half as many blocks as the one below. */
export const MAX_TABLE_LEVELS: u32 = 33;
