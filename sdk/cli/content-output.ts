/** The bytes of a URI on their way to stdout or into a file. */

import { portablePath, temporaryPath } from "../../runtimes/paths.js";
import { isSearchableText } from "../content.js";
import { CapsuleError } from "../errors.js";
import { translating } from "../machine-errors.js";
import type { Readable } from "../readable.js";
import { defaultRuntime } from "../runtime.js";
import { type CommandContext, writeBytes } from "./context.js";
import { notFound } from "./failure.js";
import { cleanText } from "./output/clean-text.js";

const TEMPORARY_NAME_BYTES = 8;

/** Content as JSON can hold it: text as it is, all else as base64. */
export function encodeContent(bytes: Uint8Array): { encoding: "utf8" | "base64"; content: string } {
  if (isSearchableText(bytes)) {
    return { encoding: "utf8", content: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  }
  return {
    encoding: "base64",
    content: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"),
  };
}

/**
 * Writes content to stdout. A terminal gets text only, without anything it would obey, unless `raw` asks for the bytes.
 *
 * @throws CapsuleError `NotFound`; `InvalidArgument` for binary content and a terminal
 */
export async function printContent(context: CommandContext, view: Readable, uri: string, raw: boolean): Promise<void> {
  const { stdout } = context.terminal;
  if (raw || !stdout.isTerminal) return writeBytes(stdout, await contentStream(view, uri));
  const bytes = await view.get(uri);
  if (bytes === null) throw notFound(`Cannot read ${uri}: there is nothing`);
  const { encoding, content } = encodeContent(bytes);
  if (encoding !== "utf8") {
    throw new CapsuleError(
      "InvalidArgument",
      `Cannot show ${uri} on a terminal: its ${bytes.length} bytes are not text`,
      {
        hint: "Redirect the output to a file or a program, or give --raw.",
      },
    );
  }
  const text = cleanText(content);
  await stdout.write(text.endsWith("\n") || text === "" ? text : `${text}\n`);
}

async function contentStream(view: Readable, uri: string): Promise<ReadableStream<Uint8Array>> {
  const stream = await view.get(uri, { as: "stream" });
  if (stream === null) throw notFound(`Cannot read ${uri}: there is nothing`);
  return stream;
}

/**
 * Writes content into a file, which is whole or not there: a temporary file beside it is renamed over it.
 *
 * @throws CapsuleError `NotFound`; `InvalidArgument` if the file is the capsule itself
 */
export async function saveContent(context: CommandContext, view: Readable, uri: string, out: string): Promise<void> {
  const { files, environment } = defaultRuntime;
  const path = portablePath(out, environment.platform);
  refuseOwnFiles(context.capsulePath, path);
  const stream = await contentStream(view, uri);
  const action = `write ${JSON.stringify(path)}`;
  const temporary = temporaryPath(path, environment.randomBytes(TEMPORARY_NAME_BYTES));
  const file = translating(action, () => files.open(temporary, { mode: "create-exclusive" }));
  try {
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      translating(action, () => file.append(value));
    }
    translating(action, () => {
      file.sync();
      file.close();
      files.rename(temporary, path);
    });
  } catch (error) {
    file.close();
    files.remove(temporary);
    throw error;
  }
}

function refuseOwnFiles(capsulePath: string, path: string): void {
  const { files, environment } = defaultRuntime;
  const identity = translating(`write ${JSON.stringify(path)}`, () => files.stat(path)?.identity);
  if (identity === undefined) return;
  const capsule = portablePath(capsulePath, environment.platform);
  for (const own of [capsule, `${capsule}.lock`]) {
    if (files.stat(own)?.identity !== identity) continue;
    throw new CapsuleError(
      "InvalidArgument",
      `Cannot write ${JSON.stringify(path)}: it belongs to the capsule that is read`,
      {
        details: { argument: "out" },
      },
    );
  }
}
