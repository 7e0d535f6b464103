/**
 * Cards, edges and policies: what is stored as canonical JSON under the URI types of their names. Unknown members of cards and
 * edges are refused; a policy may hold whatever it needs. The table for readers is docs/objects.md.
 */

import { z } from "zod";
import { isUri } from "../uri.js";

const name = z.string().min(1);
const capsuleUri = z.string().refine(isUri, "expected an mv2:// URI");
const version = z.number().int().positive();
/** Where it comes from: free, such as the tool, the stage, the call that made it. */
const provenance = z.record(z.string(), z.json());

/** One statement of a card, with what it rests on. */
const fact = z.strictObject({
  key: name,
  value: z.json(),
  value_type: z.enum(["string", "number", "boolean", "date", "uri", "json"]),
  confidence: z.number().min(0).max(1),
  source_uris: z.array(capsuleUri),
});

export const objectSchemas = {
  card: z.strictObject({
    card_id: name,
    card_type: name,
    title: z.string(),
    facts: z.array(fact),
    provenance,
    version,
  }),
  edge: z.strictObject({
    edge_id: name,
    edge_type: name,
    from_uri: capsuleUri,
    to_uri: capsuleUri,
    weight: z.number().optional(),
    provenance,
    version,
  }),
  policy: z.looseObject({ policy_id: name, version: version.optional() }),
};

export type Card = z.input<typeof objectSchemas.card>;
export type Edge = z.input<typeof objectSchemas.edge>;
export type Policy = z.input<typeof objectSchemas.policy>;

export interface ObjectTypes {
  readonly card: Card;
  readonly edge: Edge;
  readonly policy: Policy;
}

/** What is wrong with an object, field by field; empty if nothing is. */
export function objectFaults(type: keyof ObjectTypes, value: unknown): string[] {
  const result = objectSchemas[type].safeParse(value);
  if (result.success) return [];
  return result.error.issues.map((issue) => `${issue.path.join(".") || type}: ${issue.message}`);
}
