/**
 * A configuration file, checked by zod: every key is optional, unknown ones are refused. docs/config.schema.json is made
 * from it. Loaded only where a file is there, since loading zod takes longer than most commands.
 */

import { z } from "zod";
import { captureModes, exportModes, memoryBackends } from "../options.js";
import { checkWorkspaceId } from "../uri.js";

const path = z.string().min(1);

function isWorkspaceId(text: string): boolean {
  try {
    checkWorkspaceId(text);
    return true;
  } catch {
    return false;
  }
}

export const configSchema = z
  .strictObject({
    $schema: z.string().describe("For editors; not looked at"),
    memory_backend: z
      .enum(memoryBackends)
      .describe("What openMemory() works on: the capsule (memvid) or the daemon. Default memvid"),
    memory_fallback: z
      .boolean()
      .describe("Whether the daemon stands in for a capsule that can't be opened. Default true"),
    local_memory: z
      .strictObject({
        url: z.url({ protocol: /^https?$/ }).describe("Where the daemon answers. Default http://localhost:3002"),
        command: path.describe("The daemon's command. Default local-memory"),
      })
      .partial(),
    capsule: z
      .strictObject({
        path: path.describe("The capsule's file, as seen from the workspace. Default .speckit/memvid/workspace.mv2"),
        workspace_id: z
          .string()
          .min(1)
          .refine(isWorkspaceId, "expected one component of a URI")
          .describe("First component of the URIs in a capsule that is created. Default default"),
        writer_queue: z.number().int().min(1).describe("How many writes may wait at once. Default 100"),
        export: z
          .strictObject({
            mode: z.enum(exportModes).describe("When a run is exported by itself. Default risk"),
            dir: path.describe(
              "Where exports go, as seen from the workspace: <SPEC>/runs/<RUN> below it. Default docs/specs",
            ),
            retention_days: z.number().int().min(0).describe("Age at which gc deletes an export. Default 30"),
            keep_pinned: z.boolean().describe("Whether gc leaves pinned exports. Default true"),
            recipients: z.array(z.string().min(1)).describe("Public keys that exports are encrypted to. Default none"),
            sign_key: path.describe("File of the key that signs exports. Default none"),
          })
          .partial(),
        trusted_keys: z.array(z.string().min(1)).describe("Keys whose signatures count as verified. Default none"),
      })
      .partial(),
    capture: z
      .strictObject({
        mode: z.enum(captureModes).describe("What is kept of model calls. Default prompts_only"),
        sanitize_on_ingest: z.boolean().describe("Whether secrets are masked on the way in. Default false"),
      })
      .partial(),
  })
  .partial();

/** What one file says. */
export type ConfigFile = z.infer<typeof configSchema>;

export interface ConfigProblem {
  /** Dotted, such as `capsule.export.mode`; empty for the whole file. */
  readonly key: string;
  readonly problem: string;
}

/** What is wrong with a parsed file, key by key; empty if nothing is. */
export function configProblems(value: unknown): readonly ConfigProblem[] {
  const parsed = configSchema.safeParse(value);
  if (parsed.success) return [];
  return parsed.error.issues.flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") return [{ key: issue.path.join("."), problem: issue.message }];
    return issue.keys.map((key) => ({ key: [...issue.path, key].join("."), problem: "unknown key" }));
  });
}

/** The schema as JSON Schema (draft 2020-12), for editors and readers in other languages. */
export function configJsonSchema(): Record<string, unknown> {
  const { $schema, ...definition } = z.toJSONSchema(configSchema) as Record<string, unknown>;
  return { $schema, title: "Configuration of speckit-capsule", ...definition };
}
