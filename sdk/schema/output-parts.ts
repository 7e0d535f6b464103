/** What the schemas of `--json` are made of: the head of every document, and the kinds of value that many have. */

import { z } from "zod";

/** Stands in every document as `schema_version`. */
export const OUTPUT_SCHEMA_VERSION = 1;

export const head = { schema_version: z.literal(OUTPUT_SCHEMA_VERSION), tool_version: z.string().min(1) };
export const count = z.number().int().nonnegative();
export const uri = z.string().startsWith("mv2://").describe("An mv2:// URI");
export const time = z.iso.datetime({ precision: 3 }).describe("UTC, with milliseconds");
export const hash = z.string().regex(/^[0-9a-f]{64}$/);
export const branch = z.string().min(1);
export const asOf = z.string().min(1).nullable().describe("The checkpoint that was asked for; null: the newest commit");
export const diagnostic = z.strictObject({
  code: z.string().min(1),
  level: z.enum(["ok", "warning", "error"]),
  message: z.string().min(1),
  hint: z.string().optional(),
  offset: count.optional(),
});
export const jsonObject = z.record(z.string(), z.json());

/** The schema of one command: the head that all have, and its own fields. */
export function output<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject({ ...head, ...shape });
}
