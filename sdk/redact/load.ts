/** The way to masking for who may not need it: its rules are loaded with the first masker that is asked for. */

import type { Masker, MaskerConfig } from "./masker.js";

/**
 * Loads the rules and makes a masker.
 *
 * @throws CapsuleError `InvalidArgument`
 * @example
 * const masker = await loadMasker();
 * masker.maskJson({ note: "ask maria@firma.io" }).value; // { note: "ask [masked:email]" }
 */
export async function loadMasker(config: MaskerConfig = {}): Promise<Masker> {
  const { createMasker } = await import("./masker.js");
  return createMasker(config);
}
