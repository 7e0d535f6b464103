/** `export`: a run as a capsule of its own. */

import { readFileSync } from "node:fs";
import type { Command } from "commander";
import type { ExportOptions, ExportResult } from "../../export/options.js";
import { translating } from "../../machine-errors.js";
import type { GoldenQuery } from "../../schema/export.js";
import type { OutputBody } from "../../schema/output.js";
import { type CommandContext, writing } from "../context.js";
import { UsageError } from "../failure.js";
import { readSigningKey } from "../key-file.js";
import { collect, specOf } from "../options.js";
import { formatBytes, plural } from "../output/format.js";
import { startProgress } from "../output/progress.js";
import { cyan, dim, green, yellow } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";
import { newPassphrase, readRecipients } from "../secrets.js";

interface ExportCommandOptions {
  readonly spec?: string;
  readonly out?: string;
  readonly encrypt: boolean;
  readonly safe?: boolean;
  readonly unsafe?: boolean;
  readonly allowUri?: boolean;
  readonly recipient?: readonly string[];
  readonly sign?: string;
  readonly golden?: string;
  readonly pin?: boolean;
  readonly force?: boolean;
}

export function addExport(group: Command, run: Run): void {
  group
    .command("export")
    .description("Export a run as a capsule of its own, encrypted and masked unless told otherwise.")
    .option("--spec <id>", "the spec of the run; default: the one that it belongs to")
    .option("--out <path>", "the file; default: docs/specs/<SPEC>/runs/<RUN>/capsule.mv2e")
    .option("--encrypt", "as an age file, for a passphrase or recipients (default)", true)
    .option("--no-encrypt", "as a plain capsule")
    .option("--safe", "mask secrets and personal data (default)")
    .option("--unsafe", "mask nothing; the export says so")
    .option("--allow-uri", "let secrets in URIs, runs and specs get out, which can't be masked")
    .option("--recipient <key>", "for whom: a key age1…, or a file of them; may be repeated", collect)
    .option("--sign <file>", "the key file to sign with; default: the configuration's, if there is one")
    .option("--golden <file>", "queries to ask of the export and to store with their answers, JSON")
    .option("--pin", "keep gc from deleting it")
    .option("--force", "replace an export that stands there")
    .action(run(exportRun));
}

async function exportRun(context: CommandContext, options: ExportCommandOptions): Promise<CommandResult<"export">> {
  const request = await requestOf(context, options);
  const progress = startProgress(context.terminal, "Exporting");
  let result: ExportResult;
  try {
    const onProgress = (done: number, total: number): void => progress.update(done, total);
    // The run that is exported isn't the one to work on: the events that tell of it are main's.
    result = await writing({ ...context, branchOptions: {} }, {}, (capsule) =>
      capsule.export({ ...request, onProgress }),
    );
  } finally {
    progress.stop();
  }
  return { json: describeResult(result, options.pin ?? false), show: (screen) => showResult(screen, result) };
}

async function requestOf(context: CommandContext, options: ExportCommandOptions): Promise<ExportOptions> {
  const { branch, runId } = context.branchOptions;
  if (runId === undefined) {
    throw new UsageError("Cannot export: no run was named", "Give --run ID, or set SPECKIT_RUN_ID.");
  }
  if (options.safe === true && options.unsafe === true) {
    throw new UsageError("Cannot export both --safe and --unsafe", "Use one of the two.");
  }
  const { dir, signKey } = context.config.capsule.export;
  const signKeyPath = options.sign ?? signKey;
  return {
    runId,
    ...specOf(options),
    ...(branch === undefined ? {} : { branch }),
    ...(options.out === undefined ? {} : { out: options.out }),
    ...(dir === null ? {} : { dir }),
    ...(options.encrypt ? await secretsOf(context, options) : { encrypt: false }),
    safe: options.unsafe !== true,
    allowUri: options.allowUri ?? false,
    ...(signKeyPath === null ? {} : { signKey: await readSigningKey(context, signKeyPath) }),
    ...(options.golden === undefined ? {} : { golden: readGolden(options.golden) }),
    pin: options.pin ?? false,
    force: options.force ?? false,
    signal: context.signal,
  };
}

/** Recipients of the command line, else its passphrase file, else the configuration's recipients, else a passphrase. */
async function secretsOf(
  context: CommandContext,
  { recipient, out }: ExportCommandOptions,
): Promise<Pick<ExportOptions, "recipients" | "passphrase">> {
  const isPassphraseGiven = context.secrets.passphraseFile !== null;
  if (recipient !== undefined && isPassphraseGiven) {
    throw new UsageError("Cannot encrypt for both a passphrase and recipients", "Use one of the two.");
  }
  const configured = isPassphraseGiven ? [] : context.config.capsule.export.recipients;
  const recipients = await readRecipients(recipient ?? configured);
  if (recipients.length > 0) return { recipients };
  return { passphrase: () => newPassphrase(context, out === undefined ? "the export" : JSON.stringify(out)) };
}

function readGolden(file: string): GoldenQuery[] {
  const text = translating(`read ${JSON.stringify(file)}`, () => readFileSync(file, "utf8"));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`Cannot use the golden queries in ${JSON.stringify(file)}: it is no JSON`, GOLDEN_HINT);
  }
  const { queries } = (value ?? {}) as { readonly queries?: unknown };
  if (Array.isArray(queries) && queries.length > 0) return queries as GoldenQuery[];
  throw new UsageError(`Cannot use the golden queries in ${JSON.stringify(file)}: there are none`, GOLDEN_HINT);
}

const GOLDEN_HINT = 'It holds {"queries": [{"query": "…", "checkpoint": "…", "limit": 10}]}.';

function describeResult(result: ExportResult, pinned: boolean) {
  return {
    output_path: result.outputPath,
    format: result.format,
    bytes_written: result.bytesWritten,
    artifact_count: result.artifactCount,
    checkpoint_count: result.checkpointCount,
    event_count: result.eventCount,
    content_hash: result.contentHash,
    capsule_id: result.capsuleId,
    encrypted: result.encrypted,
    safe_mode: result.safe,
    redactions: result.redactions as OutputBody<"export">["redactions"],
    signature: result.signature,
    omissions: result.omissions.map(({ uri, reason }) => ({ uri, reason })),
    pinned,
    event_uri: result.eventUri,
  };
}

function showResult(screen: Parameters<CommandResult["show"]>[0], result: ExportResult): void {
  const { artifactCount, eventCount, checkpointCount, omissions } = result;
  const counts = [
    plural(artifactCount, "artifact"),
    plural(eventCount, "event"),
    plural(checkpointCount, "checkpoint"),
  ].join(", ");
  screen.line(green("Exported "), cyan(result.outputPath), dim(` (${formatBytes(result.bytesWritten)})`));
  screen.line("  ", counts);
  screen.line("  ", dim(`SHA-256 ${result.contentHash}`));
  if (result.signature !== null) screen.line("  ", dim(`signed by ${result.signature.key}`));
  if (!result.encrypted) screen.line(yellow("  not encrypted"));
  if (result.redactions === null) screen.line(yellow("  nothing was masked"));
  else screen.line("  ", dim(`${plural(Number(result.redactions["masked"]), "mask")}`));
  for (const { uri, reason } of omissions.slice(0, 10)) screen.line(yellow("  omitted "), uri, dim(` (${reason})`));
  if (omissions.length > 10) screen.line(yellow(`  and ${omissions.length - 10} more`));
}
