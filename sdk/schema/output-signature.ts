/** What `keygen`, `verify` and `rekey` print with `--json`. */

import { z } from "zod";
import { count, diagnostic, hash, output } from "./output-parts.js";

const publicKey = z.string().regex(/^(speckit-pub-1|age1)[0-9a-z]+$/);

export const keygenOutput = output({
  type: z.enum(["sign", "age"]),
  public_key: publicKey,
  secret_key: z.string().min(1).optional().describe("Only where it went into no file"),
  key_path: z.string().min(1).nullable().describe("Where the secret key is; null if it was printed"),
});

export const signatureState = z.enum(["verified", "verified-to-sequence", "untrusted", "broken", "unsigned"]);

export const verifyOutput = output({
  path: z.string().min(1),
  state: signatureState.describe("As docs/signatures.md has it; broken too if the capsule is damaged"),
  sequence: count
    .nullable()
    .describe("The newest commit that a trusted key signed, or else any key; null if unsigned or broken"),
  head_sequence: count.nullable().describe("The newest commit; null if the capsule can't be opened"),
  root: hash.nullable().describe("Of the newest commit; it pins everything before it"),
  capsule_id: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .nullable(),
  content_hash: hash.describe("SHA-256 of the file"),
  size_bytes: count,
  encrypted: z.boolean(),
  signatures: z.array(
    z.strictObject({
      key: publicKey,
      trusted: z.boolean(),
      valid: z.boolean(),
      sequence: count,
      root: hash,
      offset: count,
    }),
  ),
  diagnostics: z.array(diagnostic).describe("What a deep check found"),
});

export const rekeyOutput = output({
  path: z.string().min(1),
  recipients: z.array(z.string().min(1)).describe("For whom it is encrypted now; empty for a passphrase"),
  payload_bytes: count.describe("Of the encrypted payload, which is the same as before"),
  size_bytes: count,
  content_hash: hash.describe("SHA-256 of the file now"),
  previous_content_hash: hash.describe("SHA-256 of the file before"),
});
