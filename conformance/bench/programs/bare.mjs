/** What a runtime costs that does nothing. */
import { peakMemoryBytes, print } from "./support.mjs";

print({ peakBytes: peakMemoryBytes() });
