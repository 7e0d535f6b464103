/**
 * Files of secret keys, for signing and of age: comments and one key, as `age-keygen` writes them, or the same encrypted as an age file
 * with a passphrase of its own.
 */

import { parentPath, portablePath } from "../../runtimes/paths.js";
import { concatBytes, encodeUtf8 } from "../../runtimes/std.js";
import { translating } from "../machine-errors.js";
import { defaultRuntime } from "../runtime.js";
import { forKeys, newPassphrase, readKeyFile, readSecretFile, type SecretContext, secretFileError } from "./secrets.js";

/**
 * The signing key of a file, `SPECKIT-SIGN-1…`.
 *
 * @throws CapsuleError as {@link readKeyFile}; `InvalidArgument` repeats nothing of the file
 */
export async function readSigningKey(context: SecretContext, path: string): Promise<string> {
  const { parseSecretKey } = await import("../signature/keys.js");
  const lines = linesOf(await readKeyFile(context, path, "key file"));
  const [secretKey = ""] = lines;
  try {
    if (lines.length === 1) {
      parseSecretKey(secretKey).fill(0);
      return secretKey;
    }
  } catch {
    // Told below.
  }
  const reason = lines.length === 1 ? "what it holds is no signing key" : `it holds ${lines.length} keys, not one`;
  throw secretFileError("key file", path, reason, 'Make one with "speckit capsule keygen --out FILE".');
}

/**
 * The public keys that were named: keys, or files of them, one a line, comments and empty lines between.
 *
 * @throws CapsuleError `InvalidArgument`
 */
export async function readTrustedKeys(named: readonly string[]): Promise<string[]> {
  const keys: string[] = [];
  for (const each of named) {
    if (each.startsWith("speckit-pub-1")) keys.push(each);
    else keys.push(...linesOf(await readSecretFile(each, "file of public keys")));
  }
  return keys;
}

function linesOf(bytes: Uint8Array): string[] {
  const lines = new TextDecoder().decode(bytes).split("\n");
  return lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
}

/** What a key file holds. */
export function keyFileText(publicKey: string, secretKey: string): string {
  return `# public key: ${publicKey}\n${secretKey}\n`;
}

/**
 * Writes a key file that only its owner can read, where nothing stands yet.
 *
 * @param protect whether to ask for a passphrase and encrypt it
 * @throws CapsuleError `AlreadyExists`, `PassphraseRequired`, and what writing throws
 */
export async function writeKeyFile(
  context: SecretContext,
  path: string,
  text: string,
  protect: boolean,
): Promise<void> {
  const action = `write the key file ${JSON.stringify(path)}`;
  const normal = portablePath(path, defaultRuntime.environment.platform);
  // Before a passphrase is asked for: whether there is room for the file.
  const file = translating(action, () =>
    defaultRuntime.files.open(normal, { mode: "create-exclusive", private: true }),
  );
  try {
    const bytes = protect ? await encryptedKey(context, path, text) : encodeUtf8(text);
    translating(action, () => {
      file.append(bytes);
      file.sync();
      file.close();
      defaultRuntime.files.syncDirectory(parentPath(normal));
    });
  } catch (error) {
    file.close();
    defaultRuntime.files.remove(normal);
    throw error;
  }
}

async function encryptedKey(context: SecretContext, path: string, text: string): Promise<Uint8Array> {
  const passphrase = await newPassphrase(forKeys(context), JSON.stringify(path));
  const { encryptTo } = await import("../age/encrypt.js");
  const parts: Uint8Array[] = [];
  const writer = encryptTo((bytes) => parts.push(bytes), { passphrase });
  writer.write(encodeUtf8(text));
  writer.finish();
  return concatBytes(...parts);
}
