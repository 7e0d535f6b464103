/** `put FILE…`: stores files, in one commit. */

import type { Command } from "commander";
import type { PutContent, PutOptions, StoredDocument } from "../../entries.js";
import { abortedError, CapsuleError } from "../../errors.js";
import { defaultRuntime } from "../../runtime.js";
import { type CommandContext, writing } from "../context.js";
import { UsageError } from "../failure.js";
import { collect, specOf } from "../options.js";
import { formatBytes, plural } from "../output/format.js";
import { cyan, green } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";
import { readSource, sourceFile } from "../source-files.js";

const STDIN = "-";

interface PutCommandOptions {
  readonly spec?: string;
  readonly path?: string;
  readonly title?: string;
  readonly tag?: readonly string[];
  readonly mediaType?: string;
}

/** Something to put, and how much of it there was, which a stream knows at its end only. */
interface Source {
  readonly target: string;
  readonly content: () => PutContent;
  bytes: number;
}

export function addPut(group: Command, run: Run): void {
  group
    .command("put")
    .description("Store files as they are, and commit.")
    .argument("<file...>", 'files; "-" reads standard input and needs --path')
    .option("--spec <id>", "the spec that they belong to")
    .option("--path <path>", "the path in the URI, for a single file (default: as seen from the current directory)")
    .option("--title <text>", "a title, which is searched with more weight than the text")
    .option("--tag <tag>", "a tag; may be given several times", collect)
    .option("--media-type <type>", "the media type (default: from the extension)")
    .action(run((context, options: PutCommandOptions, files: string[]) => putFiles(context, options, files)));
}

async function putFiles(
  context: CommandContext,
  options: PutCommandOptions,
  files: readonly string[],
): Promise<CommandResult<"put">> {
  const sources = findSources(files, options.path, context.signal);
  const { uris, deduplicated, sequence } = await writing(context, specOf(options), async (capsule) => {
    const uris: string[] = [];
    let deduplicated = 0;
    const onStored = (stored: StoredDocument): void => {
      if (stored.deduplicated) deduplicated++;
    };
    for (const { target, content } of sources)
      uris.push(await capsule.put({ path: target }, content(), { ...describe(options), onStored }));
    return { uris, deduplicated, sequence: (await capsule.commit()).sequence };
  });
  const bytes = sources.reduce((sum, source) => sum + source.bytes, 0);
  return {
    json: { uris, bytes, deduplicated, sequence },
    show(screen) {
      for (const uri of uris) screen.line(cyan(uri));
      screen.line(green("Stored"), ` ${plural(uris.length, "file")}, ${formatBytes(bytes)}, in commit ${sequence}`);
    },
  };
}

function describe({ title, tag, mediaType }: PutCommandOptions): PutOptions {
  return {
    ...(title === undefined ? {} : { title }),
    ...(tag === undefined ? {} : { tags: tag }),
    ...(mediaType === undefined ? {} : { mediaType }),
  };
}

/** Looks at all files before the first is stored. */
function findSources(files: readonly string[], path: string | undefined, signal: AbortSignal): Source[] {
  if (path !== undefined && files.length > 1) {
    throw new UsageError(`Cannot put ${files.length} files under one path`, "Give --path with a single file only.");
  }
  const sources = files.map((file) => (file === STDIN ? stdinSource(path, signal) : fileSource(file, path, signal)));
  const seen = new Set<string>();
  for (const { target } of sources) {
    if (seen.has(target)) throw new UsageError(`Cannot put two files under the path ${JSON.stringify(target)}`);
    seen.add(target);
  }
  return sources;
}

function fileSource(file: string, path: string | undefined, signal: AbortSignal): Source {
  const found = sourceFile(defaultRuntime, file);
  const source: Source = {
    target: path ?? found.target,
    bytes: 0,
    content: () => counted(readSource(defaultRuntime, found, signal), source),
  };
  return source;
}

function stdinSource(path: string | undefined, signal: AbortSignal): Source {
  if (path === undefined) throw new UsageError("Cannot put standard input: it has no name", "Give --path.");
  const content = (): PutContent => {
    // Nothing may come for long: Ctrl-C must end the wait.
    signal.addEventListener("abort", () => process.stdin.destroy(abortedError("read standard input", signal)));
    return counted(process.stdin, source);
  };
  const source: Source = { target: path, bytes: 0, content };
  return source;
}

/** The same content; the source learns how long it is. */
function counted(content: PutContent, source: Source): PutContent {
  if (content instanceof Uint8Array) {
    source.bytes = content.length;
    return content;
  }
  return countPieces(content as AsyncIterable<Uint8Array>, source);
}

async function* countPieces(pieces: AsyncIterable<Uint8Array>, source: Source): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    if (!(piece instanceof Uint8Array))
      throw new CapsuleError("IoError", "Cannot read standard input: it gave no bytes");
    source.bytes += piece.length;
    yield piece;
  }
}
