/**
 * Secrets, and where the command line takes them from: the environment, a file, a prompt. Never from an argument, which
 * every process on the machine can read.
 */

import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { toRuntimeError } from "../../runtimes/errors.js";
import { concatBytes } from "../../runtimes/std.js";
import { AGE_MAGIC_BYTES, beginsAsAge, type DecryptOptions, needsPassphrase } from "../age/detect.js";
import { CapsuleError, throwIfAborted } from "../errors.js";
import { toCapsuleError } from "../machine-errors.js";
import { defaultRuntime } from "../runtime.js";
import type { Terminal } from "./output/terminal.js";
import { asPromptError, type PromptStreams } from "./prompts.js";

export const PASSPHRASE_VARIABLE = "SPECKIT_MEMVID_PASSPHRASE";
const KEY_PASSPHRASE_VARIABLE = "SPECKIT_KEY_PASSPHRASE";
const MAX_SECRET_FILE_BYTES = 65_536;
/** What tells an age file with a passphrase from one for recipients. */
const HEAD_BYTES = 512;

/** What the command line says of secrets. */
export interface SecretSources {
  /** `-` is standard input; null if none was given. */
  readonly passphraseFile: string | null;
  readonly identityFiles: readonly string[];
  /** The variable of the environment that may hold the passphrase. Default: {@link PASSPHRASE_VARIABLE}. */
  readonly variable?: string;
}

/** What asking for a secret needs of a command's context. */
export interface SecretContext {
  readonly secrets: SecretSources;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/**
 * The passphrase of a file that exists.
 *
 * @param what is encrypted with it, for the prompt: `"run.mv2e"`
 * @throws CapsuleError `PassphraseRequired` if nothing gives it and nobody can be asked, `InvalidArgument`, `Aborted`
 */
export async function existingPassphrase(context: SecretContext, what: string): Promise<string | Uint8Array> {
  return (await givenPassphrase(context)) ?? askHidden(context, `Passphrase of ${what}:`);
}

/** The passphrase of a file that is to be made: a prompt asks for it twice. Throws as {@link existingPassphrase}. */
export async function newPassphrase(context: SecretContext, what: string): Promise<string | Uint8Array> {
  const given = await givenPassphrase(context);
  if (given !== null) return given;
  for (;;) {
    const first = await askHidden(context, `New passphrase for ${what}:`);
    if (first === (await askHidden(context, "The same once more:"))) return first;
    await context.terminal.stderr.write("The two differ.\n");
  }
}

async function givenPassphrase({ secrets }: SecretContext): Promise<string | Uint8Array | null> {
  // An empty variable is one that was not set.
  const ofEnvironment = defaultRuntime.environment.variable(secrets.variable ?? PASSPHRASE_VARIABLE) ?? "";
  if (ofEnvironment !== "") return ofEnvironment;
  return secrets.passphraseFile === null ? null : passphraseOfFile(secrets.passphraseFile);
}

/** The only line of a file, without its end. */
async function passphraseOfFile(path: string): Promise<Uint8Array> {
  const bytes = await readSecretFile(path, "passphrase file");
  const lineEnd = bytes.indexOf(0x0a);
  if (lineEnd >= 0 && lineEnd < bytes.length - 1) {
    throw secretFileError(
      "passphrase file",
      path,
      "it has more than one line",
      "Keep the passphrase in a file of its own.",
    );
  }
  const end = lineEnd < 0 ? bytes.length : lineEnd > 0 && bytes[lineEnd - 1] === 0x0d ? lineEnd - 1 : lineEnd;
  if (end > 0) return bytes.subarray(0, end);
  throw secretFileError("passphrase file", path, "it is empty", "Write the passphrase into it, on one line.");
}

/** The context in which key files are opened: their passphrase is another than that of capsules. */
export function forKeys(context: SecretContext): SecretContext {
  return { ...context, secrets: { passphraseFile: null, identityFiles: [], variable: KEY_PASSPHRASE_VARIABLE } };
}

/**
 * What a key file holds, decrypted if it is encrypted.
 *
 * @param what it is to be, for errors: `"identity file"`
 * @throws CapsuleError `PassphraseRequired`, `InvalidPassphrase`, `InvalidArgument`, and what reading it throws
 */
export async function readKeyFile(context: SecretContext, path: string, what: string): Promise<Uint8Array> {
  const bytes = await readSecretFile(path, what);
  if (!beginsAsAge(bytes)) return bytes;
  const passphrase = await existingPassphrase(forKeys(context), JSON.stringify(path));
  const { openAgeFile } = await import("../age/decrypted-file.js");
  const { createMemoryRuntime } = await import("../../runtimes/memory.js");
  const { files } = createMemoryRuntime();
  files.writeFile("/key", bytes);
  const file = await openAgeFile(files.open("/key", { mode: "read" }), { passphrase });
  try {
    return await file.read(0, file.size());
  } finally {
    file.close();
  }
}

/**
 * The identities of the files that were given, as age writes them: one a line, comments and empty lines between.
 *
 * @throws CapsuleError `InvalidArgument`, which repeats nothing of the file
 */
export async function readIdentities(context: SecretContext): Promise<string[]> {
  const identities: string[] = [];
  for (const path of context.secrets.identityFiles) identities.push(...(await identitiesOfFile(context, path)));
  return identities;
}

async function identitiesOfFile(context: SecretContext, path: string): Promise<string[]> {
  const { parseIdentity } = await import("../age/keys.js");
  const bytes = await readKeyFile(context, path, "identity file");
  const found: string[] = [];
  for (const [index, line] of new TextDecoder().decode(bytes).split("\n").entries()) {
    const text = line.trim();
    if (text === "" || text.startsWith("#")) continue;
    try {
      parseIdentity(text).fill(0);
    } catch {
      const reason = `line ${index + 1} is neither an X25519 identity nor a comment`;
      throw secretFileError("identity file", path, reason, "An identity begins with AGE-SECRET-KEY-1.");
    }
    found.push(text);
  }
  if (found.length > 0) return found;
  throw secretFileError("identity file", path, "there is no identity in it", 'Make one with "age-keygen -o FILE".');
}

/**
 * The recipients that were named: keys, or files of them as age writes them, one a line, comments and empty lines between.
 *
 * @throws CapsuleError `InvalidArgument`
 */
export async function readRecipients(named: readonly string[]): Promise<string[]> {
  const recipients: string[] = [];
  for (const each of named) {
    if (each.startsWith("age1")) recipients.push(each);
    else recipients.push(...(await recipientsOfFile(each)));
  }
  return recipients;
}

async function recipientsOfFile(path: string): Promise<string[]> {
  const lines = new TextDecoder().decode(await readSecretFile(path, "recipients file")).split("\n");
  const found = lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  if (found.length > 0) return found;
  throw secretFileError("recipients file", path, "there is no recipient in it", 'One begins with "age1".');
}

/**
 * What opens the file at a path: nothing if it isn't encrypted or can't be read, which whoever opens it will tell; the
 * identities that were given, or its passphrase.
 *
 * @throws CapsuleError as {@link existingPassphrase} and {@link readIdentities}
 */
export async function secretsFor(context: SecretContext, path: string): Promise<DecryptOptions> {
  const head = beginningOf(path);
  if (!beginsAsAge(head)) return {};
  if (needsPassphrase(head)) return { passphrase: await existingPassphrase(context, JSON.stringify(path)) };
  return { identities: await readIdentities(context) };
}

function beginningOf(path: string): Uint8Array {
  try {
    const file = defaultRuntime.files.open(path, { mode: "read" });
    try {
      const head = file.read(0, AGE_MAGIC_BYTES);
      return beginsAsAge(head) ? file.read(0, HEAD_BYTES) : head;
    } finally {
      file.close();
    }
  } catch {
    return new Uint8Array(0);
  }
}

export async function readSecretFile(path: string, what: string): Promise<Uint8Array> {
  // A pipe will do too: --passphrase-file <(pass show capsule).
  const source: Readable = path === "-" ? process.stdin : createReadStream(path, { end: MAX_SECRET_FILE_BYTES });
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of source as AsyncIterable<Buffer>) {
      pieces.push(piece);
      length += piece.length;
      if (length > MAX_SECRET_FILE_BYTES) break;
    }
  } catch (cause) {
    throw toCapsuleError(toRuntimeError(cause, "read", path), `read the ${what}`);
  }
  if (length <= MAX_SECRET_FILE_BYTES) return concatBytes(...pieces);
  throw secretFileError(what, path, `it has more than ${MAX_SECRET_FILE_BYTES} bytes`, "Check the path.");
}

export function secretFileError(what: string, path: string, reason: string, hint: string): CapsuleError {
  const message = `Cannot use the ${what} ${JSON.stringify(path)}: ${reason}`;
  return new CapsuleError("InvalidArgument", message, { hint, details: { path } });
}

async function askHidden({ terminal, signal, secrets }: SecretContext, message: string): Promise<string> {
  throwIfAborted(signal, "ask for the passphrase");
  if (!terminal.canAsk) {
    throw new CapsuleError(
      "PassphraseRequired",
      "Cannot go on without a passphrase: none was given, and nobody is there to ask",
      {
        hint:
          secrets.variable === undefined
            ? `Set ${PASSPHRASE_VARIABLE}, or give --passphrase-file.`
            : `Set ${secrets.variable}.`,
      },
    );
  }
  return promptHidden(message, { input: process.stdin, output: process.stderr, signal });
}

/** Asks for a text that isn't shown, not even by its length. @throws CapsuleError `Aborted` by the signal or Ctrl-C */
export async function promptHidden(message: string, streams: PromptStreams): Promise<string> {
  const { default: password } = await import("@inquirer/password");
  const validate = (text: string): true | string => text !== "" || "It is empty.";
  try {
    return await password({ message, validate }, { ...streams, clearPromptOnDone: true });
  } catch (error) {
    throw asPromptError(error, "ask for the passphrase", streams.signal);
  }
}
