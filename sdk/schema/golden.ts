/** A golden suite for `speckit eval parity`, checked by zod. */

import { z } from "zod";

export const goldenSchema = z.strictObject({
  name: z.string().min(1).optional(),
  queries: z
    .array(
      z.strictObject({
        query: z.string().min(1),
        relevant: z.array(z.string().min(1)).min(1).describe("URIs, or ids of the daemon"),
      }),
    )
    .min(1),
});

export type GoldenSuite = z.infer<typeof goldenSchema>;

/** What is wrong with a parsed file, one line each; empty if nothing is. */
export function goldenProblems(value: unknown): readonly string[] {
  const parsed = goldenSchema.safeParse(value);
  if (parsed.success) return [];
  return parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`,
  );
}
