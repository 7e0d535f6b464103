/** `import PATH`: mounts another capsule beside the workspace's, for reading, once it was checked. */

import type { Command } from "commander";
import type { ImportOptions, ImportResult } from "../../import/options.js";
import { type CommandContext, writing } from "../context.js";
import { collect, parseCount } from "../options.js";
import { plural } from "../output/format.js";
import { startProgress } from "../output/progress.js";
import { bold, dim, green, type Screen } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";
import { secretsFor } from "../secrets.js";
import { describeDiagnostics, showDiagnostics } from "./doctor.js";

interface ImportCommandOptions {
  readonly mountAs?: string;
  readonly requireVerified?: boolean;
  readonly trustedKey?: readonly string[];
  readonly expectDigest?: string;
  readonly minSequence?: number;
}

export function addImport(group: Command, run: Run): void {
  group
    .command("import")
    .description("Mount another capsule for reading, once every check of it was passed.")
    .argument("<path>", "the capsule's file, .mv2 or .mv2e")
    .option("--mount-as <name>", "the mount's name: letters, digits, _ and -; default: made of the file's name")
    .option("--require-verified", "refuse what isn't signed by a trusted key to its end")
    .option("--trusted-key <key>", "a public key to trust beside the configuration's, may be repeated", collect)
    .option("--expect-digest <digest>", "refuse a file with another SHA-256")
    .option("--min-sequence <number>", "refuse a capsule whose newest commit has a lower number", parseCount)
    .action(run(importFile));
}

async function importFile(
  context: CommandContext,
  options: ImportCommandOptions,
  path: string,
): Promise<CommandResult<"import">> {
  const { terminal, signal } = context;
  const secrets = await secretsFor(context, path);
  const progress = startProgress(terminal, "Importing");
  const onProgress = (bytesDone: number, bytesTotal: number): void => progress.update(bytesDone, bytesTotal);
  let result: ImportResult;
  try {
    // A mount is the workspace's: the run of the environment has no part in it.
    result = await writing({ ...context, branchOptions: {} }, {}, (capsule) =>
      capsule.import(path, { ...importOptions(context, options), ...secrets, signal, onProgress }),
    );
  } finally {
    progress.stop();
  }
  return { json: describeImport(result), show: (screen) => showImport(screen, result) };
}

function importOptions({ config }: CommandContext, options: ImportCommandOptions): ImportOptions {
  const { mountAs, requireVerified = false, trustedKey = [], expectDigest, minSequence } = options;
  return {
    requireVerified,
    trustedKeys: [...config.capsule.trustedKeys, ...trustedKey],
    ...(mountAs === undefined ? {} : { mountAs }),
    ...(expectDigest === undefined ? {} : { expectDigest }),
    ...(minSequence === undefined ? {} : { minSequence }),
  };
}

function describeImport(result: ImportResult): CommandResult<"import">["json"] {
  const { golden, diagnostics } = result;
  return {
    mount_name: result.mountName,
    mounted_path: result.mountedPath,
    created: result.created,
    content_hash: result.contentHash,
    format: result.format,
    capsule_id: result.capsuleId,
    branch: result.branch,
    sequence: result.sequence,
    root: result.root,
    counts: { ...result.counts },
    verification_passed: result.verificationPassed,
    validation: { signature: result.signature.state, findings: diagnostics.map(({ code }) => code) },
    golden: golden === null ? null : { passed: golden.passed, failed: golden.failed.length },
    diagnostics: describeDiagnostics(diagnostics),
    event_uri: result.eventUri,
  };
}

function showImport(screen: Screen, result: ImportResult): void {
  const { counts, golden } = result;
  screen.line(result.created ? green("Mounted") : "Mounted already:", " ", bold(result.mountName));
  screen.pairs([
    ["from", result.branch, dim(`, as of commit ${result.sequence}`)],
    [
      "holds",
      `${plural(counts.artifacts, "artifact")}, ${plural(counts.checkpoints, "checkpoint")}, ${plural(counts.events, "event")}`,
    ],
    ["SHA-256", result.contentHash],
    ["signature", result.signature.state],
    ...(golden === null ? [] : [["golden", `${golden.passed} passed, ${golden.failed.length} failed`] as const]),
  ]);
  showDiagnostics(screen, result.diagnostics);
}
