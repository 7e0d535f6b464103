/** A file that is never there at once: every read is answered later, as over a network. */

import type { File, FileIdentity } from "../../runtimes/contract.js";

export interface FaultCounts {
  reads: number;
  bytesRead: number;
}

/** Wraps a file so that each of its reads answers with a promise; writing is refused as by any remote file. */
export function faultingFile(file: File, counts: FaultCounts = { reads: 0, bytesRead: 0 }): File {
  const refuse = (): never => {
    throw new Error("a remote file can't be written");
  };
  return {
    path: file.path,
    readonly: true,
    size: () => file.size(),
    readInto: async (offset, destination) => {
      counts.reads++;
      // The bytes arrive after the call has returned, whoever else runs meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 0));
      const count = await file.readInto(offset, destination);
      counts.bytesRead += count;
      return count;
    },
    read: async (offset, length) => {
      await Promise.resolve();
      return file.read(offset, length);
    },
    write: refuse,
    append: refuse,
    sync: refuse,
    truncate: refuse,
    identity: (): FileIdentity => file.identity(),
    close: () => file.close(),
  };
}
