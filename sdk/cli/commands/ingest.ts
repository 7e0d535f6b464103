/** `ingest DIR`: stores what is below a directory, in one commit. */

import type { Command } from "commander";
import { joinPath, portablePath } from "../../../runtimes/paths.js";
import type { Capsule } from "../../capsule.js";
import type { StoredDocument } from "../../entries.js";
import { CapsuleError, throwIfAborted } from "../../errors.js";
import { translating } from "../../machine-errors.js";
import { defaultRuntime } from "../../runtime.js";
import type { OutputBody } from "../../schema/output.js";
import { type CommandContext, writing } from "../context.js";
import { globExpression } from "../glob.js";
import { collect, specOf } from "../options.js";
import { formatBytes, plural } from "../output/format.js";
import { type Progress, startProgress } from "../output/progress.js";
import { dim, green, yellow } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";
import { letSignalsIn, readSource, requireStat, type SourceFile } from "../source-files.js";

/** How long work may go on before Ctrl-C is heard and progress is shown. */
const TURN_MS = 50;

interface IngestOptions {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly hidden?: boolean;
  readonly spec?: string;
  readonly path?: string;
}

type Skipped = OutputBody<"ingest">["skipped"];

interface Found {
  readonly files: SourceFile[];
  readonly skipped: Skipped;
}

export function addIngest(group: Command, run: Run): void {
  group
    .command("ingest")
    .description("Store all files below a directory, and commit. Symbolic links are not followed.")
    .argument("<directory>", "the directory; paths are stored as seen from it")
    .option("--include <glob>", 'only files that match, such as "docs/**/*.md" or "*.ts"; may be repeated', collect)
    .option("--exclude <glob>", "no files that match; may be repeated", collect)
    .option("--hidden", 'also what begins with "."')
    .option("--spec <id>", "the spec that they belong to")
    .option("--path <path>", "a path to put before theirs")
    .action(run(ingestDirectory));
}

async function ingestDirectory(
  context: CommandContext,
  options: IngestOptions,
  directory: string,
): Promise<CommandResult<"ingest">> {
  const root = portablePath(directory, defaultRuntime.environment.platform);
  const { files, skipped } = await findFiles(context, options, root);
  const progress = startProgress(context.terminal, "Ingesting");
  try {
    const { uris, deduplicated, sequence } = await writing(context, specOf(options), async (capsule) => ({
      ...(await putAll(capsule, files, context.signal, progress)),
      sequence: (await capsule.commit()).sequence,
    }));
    const bytes = totalBytes(files);
    return {
      json: { uris, bytes, deduplicated, sequence, skipped },
      show(screen) {
        for (const { path, reason } of skipped) screen.line(yellow("skipped"), ` ${path} `, dim(`(${reason})`));
        screen.line(green("Stored"), ` ${plural(uris.length, "file")}, ${formatBytes(bytes)}, in commit ${sequence}`);
      },
    };
  } finally {
    progress.stop();
  }
}

function totalBytes(files: readonly SourceFile[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** Everything that is to be stored, found before the first of it is. */
async function findFiles(context: CommandContext, options: IngestOptions, root: string): Promise<Found> {
  const action = `ingest ${JSON.stringify(root)}`;
  if (requireStat(defaultRuntime, root, action).kind !== "directory") {
    throw new CapsuleError("InvalidArgument", `Cannot ${action}: it is not a directory`, {
      hint: 'Use "speckit capsule put" for a file.',
      details: { path: root },
    });
  }
  const accepts = pathFilter(options);
  const isOwn = ownFileTest(context.capsulePath);
  const found: Found = { files: [], skipped: [] };
  const enter = (entry: { readonly name: string }): boolean => isVisible(entry.name, options);
  const entries = translating(action, () => defaultRuntime.files.walk(root, { enter })[Symbol.iterator]());
  let turnEnds = defaultRuntime.environment.now() + TURN_MS;
  for (;;) {
    const { done, value: entry } = translating(action, () => entries.next());
    if (done === true) return found;
    if (entry.kind !== "directory" && isVisible(entry.name, options) && accepts(entry.relativePath)) {
      addFile(found, entry, joinPath(root, entry.relativePath), options.path, isOwn);
    }
    if (defaultRuntime.environment.now() < turnEnds) continue;
    await letSignalsIn();
    throwIfAborted(context.signal, action);
    turnEnds = defaultRuntime.environment.now() + TURN_MS;
  }
}

function isVisible(name: string, { hidden = false }: IngestOptions): boolean {
  return hidden ? name !== ".git" : !name.startsWith(".");
}

function pathFilter({ include, exclude = [] }: IngestOptions): (path: string) => boolean {
  const wanted = include?.map(globExpression);
  const unwanted = exclude.map(globExpression);
  return (path) =>
    (wanted === undefined || wanted.some((glob) => glob.test(path))) && !unwanted.some((glob) => glob.test(path));
}

function addFile(
  found: Found,
  entry: { readonly relativePath: string; readonly kind: string },
  path: string,
  prefix: string | undefined,
  isOwn: (path: string) => boolean,
): void {
  const { relativePath, kind } = entry;
  const reason = kind === "symlink" ? "symlink" : kind !== "file" ? "not-a-file" : isOwn(path) ? "capsule" : null;
  if (reason !== null) {
    found.skipped.push({ path: relativePath, reason });
    return;
  }
  const { sizeBytes } = requireStat(defaultRuntime, path, `ingest ${JSON.stringify(path)}`);
  found.files.push({ path, target: prefix === undefined ? relativePath : `${prefix}/${relativePath}`, sizeBytes });
}

/** Whether a path is the capsule that is written to, or its lockfile, which must not be put into it. */
function ownFileTest(capsulePath: string): (path: string) => boolean {
  const { files, environment } = defaultRuntime;
  const path = portablePath(capsulePath, environment.platform);
  const own = [path, `${path}.lock`]
    .map((file) => files.stat(file)?.identity)
    .filter((identity) => identity !== undefined);
  return (candidate) => {
    const identity = files.stat(candidate)?.identity;
    return identity !== undefined && own.includes(identity);
  };
}

async function putAll(
  capsule: Capsule,
  files: readonly SourceFile[],
  signal: AbortSignal,
  progress: Progress,
): Promise<{ readonly uris: string[]; readonly deduplicated: number }> {
  const bytesTotal = totalBytes(files);
  const uris: string[] = [];
  let deduplicated = 0;
  const onStored = (stored: StoredDocument): void => {
    if (stored.deduplicated) deduplicated++;
  };
  let bytesDone = 0;
  let turnEnds = 0;
  for (const file of files) {
    if (defaultRuntime.environment.now() >= turnEnds) {
      progress.update(bytesDone, bytesTotal);
      await letSignalsIn();
      throwIfAborted(signal, "ingest the directory");
      turnEnds = defaultRuntime.environment.now() + TURN_MS;
    }
    uris.push(await capsule.put({ path: file.target }, readSource(defaultRuntime, file, signal), { onStored }));
    bytesDone += file.sizeBytes;
  }
  return { uris, deduplicated };
}
