/** BLAKE3 by the core. */

import { encodeHex } from "../../runtimes/std.js";
import type { CoreInstance } from "./instance.js";

/** The BLAKE3 hash of bytes, 64 hexadecimal digits. */
export function blake3Hex(core: CoreInstance, bytes: Uint8Array): string {
  return core.runNow(
    () => {
      const address = core.reserve(bytes.length);
      core.bytes.set(bytes, address);
      return core.exports.hash(bytes.length);
    },
    (status) => {
      core.check(status, "hash bytes");
      const pointer = core.exports.resultPointer() >>> 0;
      return encodeHex(core.bytes.subarray(pointer, pointer + 32));
    },
  );
}
