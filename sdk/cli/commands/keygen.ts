/** `keygen`: makes a pair of keys, for signing or of age. */

import { type Command, Option } from "commander";
import type { OutputBody } from "../../schema/output.js";
import type { CommandContext } from "../context.js";
import { UsageError } from "../failure.js";
import { keyFileText, writeKeyFile } from "../key-file.js";
import { cyan, dim, green } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";
import { readKeyFile, secretFileError } from "../secrets.js";

type KeyType = "sign" | "age";

interface KeygenOptions {
  readonly out?: string;
  readonly type: KeyType;
  readonly passphrase?: boolean;
  readonly public?: string;
}

interface Pair {
  readonly publicKey: string;
  readonly secretKey: string;
}

export function addKeygen(group: Command, run: Run): void {
  group
    .command("keygen")
    .description("Make a pair of keys and print the public one. Without --out the secret one is printed too.")
    .option("--out <file>", "where to put the secret key; nothing may stand there")
    .addOption(
      new Option("--type <type>", "sign: for signatures; age: to encrypt for and decrypt with")
        .choices(["sign", "age"])
        .default("sign"),
    )
    .option("--passphrase", "protect the file with a passphrase: SPECKIT_KEY_PASSPHRASE, else asked")
    .option("--public <file>", "make nothing; print the public key of a key file")
    .action(run(keygen));
}

async function keygen(context: CommandContext, options: KeygenOptions): Promise<CommandResult<"keygen">> {
  const { out, type, passphrase: isProtected = false } = options;
  if (options.public !== undefined) {
    if (out !== undefined || isProtected) {
      throw new UsageError("Cannot make a key and show one", "Give --public FILE alone.");
    }
    return resultOf(await describeFile(context, options.public));
  }
  if (isProtected && out === undefined) {
    throw new UsageError("Cannot protect a key that goes nowhere", "Give --out FILE with --passphrase.");
  }
  const { publicKey, secretKey } = await makePair(type);
  if (out === undefined) {
    return resultOf({ type, public_key: publicKey, secret_key: secretKey, key_path: null });
  }
  await writeKeyFile(context, out, keyFileText(publicKey, secretKey), isProtected);
  return resultOf({ type, public_key: publicKey, key_path: out });
}

async function makePair(type: KeyType): Promise<Pair> {
  if (type === "sign") {
    const { generateSigningKeys } = await import("../../signature/keys.js");
    return generateSigningKeys();
  }
  const { generateAgeKeys } = await import("../../age/keys.js");
  const { recipient, identity } = generateAgeKeys();
  return { publicKey: recipient, secretKey: identity };
}

async function describeFile(context: CommandContext, path: string): Promise<OutputBody<"keygen">> {
  const [{ publicKeyOf }, { recipientOf }] = await Promise.all([
    import("../../signature/keys.js"),
    import("../../age/keys.js"),
  ]);
  const text = new TextDecoder().decode(await readKeyFile(context, path, "key file"));
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (line.startsWith("SPECKIT-SIGN-1")) return { type: "sign", public_key: publicKeyOf(line), key_path: path };
    if (line.startsWith("AGE-SECRET-KEY-1")) return { type: "age", public_key: recipientOf(line), key_path: path };
  }
  throw secretFileError("key file", path, "there is no secret key in it", "It has a line SPECKIT-SIGN-1… or AGE-…");
}

function resultOf(json: OutputBody<"keygen">): CommandResult<"keygen"> {
  return {
    json,
    show(screen) {
      const { secret_key: secretKey, public_key: publicKey, key_path: path } = json;
      // As a key file, so that it can be sent to a store of secrets.
      if (secretKey !== undefined) {
        for (const line of keyFileText(publicKey, secretKey).trimEnd().split("\n")) screen.line(line);
        return;
      }
      screen.line(green("Public key "), cyan(publicKey));
      screen.line("  ", dim(`The secret key is in ${path}.`));
    },
  };
}
