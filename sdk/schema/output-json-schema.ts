/** The schemas of `output.ts` as JSON Schema, for readers in other languages. Kept in docs/cli-output.schema.json. */

import { z } from "zod";
import { outputSchemas } from "./output.js";

type JsonSchema = Record<string, unknown>;

/**
 * One JSON Schema (draft 2020-12) with a definition for each command. Additional properties are permitted, other than in
 * our own tests: a newer version may add fields.
 */
export function outputJsonSchema(): JsonSchema {
  const definitions: Record<string, JsonSchema> = {};
  for (const [name, schema] of Object.entries(outputSchemas)) {
    const { $schema: _, ...definition } = z.toJSONSchema(schema, {
      override({ jsonSchema }) {
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    }) as JsonSchema;
    definitions[name] = definition;
  }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "What the commands of speckit capsule print with --json",
    oneOf: Object.keys(definitions).map((name) => ({ $ref: `#/$defs/${name}` })),
    $defs: definitions,
  };
}
