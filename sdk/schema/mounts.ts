/** The registry of mounts, `mounts.json`, as it is stored. */

import { z } from "zod";

const text = z.string().min(1);

export const registrySchema = z.strictObject({
  schema_version: z.literal(1),
  mounts: z.array(
    z.strictObject({
      mount_name: text,
      format: z.enum(["mv2-v1", "mv2e-v1"]),
      content_hash: z.string().regex(/^[0-9a-f]{64}$/),
      original_capsule_id: text,
      source: z.string(),
      imported_at: z.iso.datetime(),
      event_uri: text,
    }),
  ),
  unmounted: z.array(z.strictObject({ mount_name: text, event_uri: text })),
});

export type StoredRegistry = z.infer<typeof registrySchema>;
export type RegistryEntry = StoredRegistry["mounts"][number];
export type UnmountedEntry = StoredRegistry["unmounted"][number];
