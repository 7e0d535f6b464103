/** Bad input gives the same error everywhere. */

import { encodeUtf8 } from "../../runtimes/std.js";
import { Capsule } from "../capsule.js";
import { bytesOf, create, documents, pathIn, read, write } from "./fixed.js";
import type { Case, Place, Topic } from "./topic.js";

/** What is told of an error. */
export type Describe = (error: { readonly code: unknown; readonly message: string }, place: Place) => unknown;

const uris = [
  "",
  "mv2://",
  "mv2:/a/b",
  "MV2://a/b/c/artifact/x",
  "mv2://default/s/r/artifact/",
  "mv2://default/s/r/artifact/../x",
  "mv2://default/s/r/nothing/x",
  "mv2://default/s/r/artifact/a\u0000b",
  `mv2://default/s/r/artifact/${"x".repeat(1100)}`,
  "mv2://default/s/r/artifact/\ud800",
];

const foreign: Readonly<Record<string, Uint8Array>> = {
  empty: new Uint8Array(0),
  short: Uint8Array.of(0x89, 0x4d),
  text: encodeUtf8("just some text, and more of it"),
  memvid: Uint8Array.of(0x4d, 0x56, 0x32, 0, 1, 2, 2, 1),
  memvidEncrypted: Uint8Array.of(0x4d, 0x56, 0x32, 0x45, 1, 0),
  rust: Uint8Array.of(0x4d, 0x56, 0x32, 0, 1, 9),
  age: encodeUtf8("age-encryption.org/v1\n-> X25519 x\n"),
};

/** The cases, with errors told by `describe`: by their codes, which are stable, or whole. */
export function errorCases(describe: Describe): Readonly<Record<string, Case>> {
  const failure = async (place: Place, work: () => Promise<unknown>): Promise<unknown> => {
    try {
      await work();
      return "no error";
    } catch (error) {
      const { code, name, message } = error as Error & { readonly code?: unknown };
      return describe({ code: code ?? name, message }, place);
    }
  };
  const opening = (place: Place, name?: string) => failure(place, async () => (await read(place, {}, name)).close());

  const malformedUris: Case = async (place) => {
    const capsule = await create(place, 7);
    const errors: unknown[] = [];
    for (const uri of uris) {
      errors.push([await failure(place, () => capsule.put(uri, "x")), await failure(place, () => capsule.get(uri))]);
    }
    await capsule.close();
    return errors;
  };

  const notCapsules: Case = async (place) => {
    const errors: Record<string, unknown> = {};
    for (const [name, content] of Object.entries(foreign)) {
      place.runtime.files.writeFile(pathIn(place), content);
      errors[name] = await opening(place);
    }
    place.runtime.files.makeDirectory(pathIn(place, "directory"));
    errors["directory"] = await opening(place, "directory");
    errors["missing"] = await opening(place, "missing");
    return errors;
  };

  const damaged: Case = async (place) => {
    await makeLabelled(place);
    const whole = bytesOf(place);
    const { length } = whole;
    const errors: unknown[] = [];
    for (const cut of [100, 255, 256, 300, length - 1, length - 64, length - 200]) {
      place.runtime.files.writeFile(pathIn(place), whole.slice(0, cut));
      errors.push([cut, await opening(place)]);
    }
    for (const at of [3, 8, 12, 20, 200, 240, 300, 1000, length - 200, length - 90, length - 30]) {
      const changed = whole.slice();
      changed[at] = (whole[at] as number) ^ 4;
      place.runtime.files.writeFile(pathIn(place), changed);
      errors.push([at, await diagnosed(place)]);
    }
    return errors;
  };

  const refused: Case = async (place) => {
    await makeLabelled(place);
    const capsule = await write(place, 9);
    const title = "t".repeat(5000);
    const errors = [
      await failure(place, () => capsule.commit({ label: "here" })),
      await failure(place, () => capsule.at("nowhere")),
      await failure(place, () => capsule.emit({ type: "Nothing", payload: {} } as never)),
      await failure(place, () => capsule.emit({ type: "GateDecision", payload: { outcome: 1 } } as never)),
      await failure(place, () => capsule.put({ path: "x" }, "x", { title })),
      await failure(place, async () => (await read(place)).put({ path: "x" }, "x")),
    ];
    await capsule.close();
    return errors;
  };

  return {
    "malformed URIs": malformedUris,
    "files that aren't capsules": notCapsules,
    "cut and flipped files": damaged,
    "checkpoints and events": refused,
  };
}

async function makeLabelled(place: Place): Promise<void> {
  const capsule = await create(place, 8);
  await capsule.putMany(documents(60));
  await capsule.commit({ label: "here" });
  await capsule.close();
}

async function diagnosed(place: Place): Promise<unknown> {
  try {
    const found = await Capsule.doctor(pathIn(place), { deep: true, runtime: place.runtime });
    return found.map(({ code, level, offset }) => [code, level, offset]);
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
}

export const errors: Topic = { name: "errors", cases: errorCases(({ code }) => code) };
