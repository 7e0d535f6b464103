import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { Capsule } from "speckit-capsule";
import { create, documents, failure, placeFor } from "./context.mjs";

/** Bad input gives the same error everywhere. */
export const topic = "errors";

async function made(context, name) {
  const path = placeFor(context, name);
  const capsule = await create(path, 8);
  await capsule.putMany(documents(60));
  await capsule.commit({ label: "here" });
  await capsule.close();
  return path;
}

const opened = (path) => async () => (await Capsule.open(path)).close();

export const cases = {
  async "malformed URIs"(context) {
    const capsule = await create(placeFor(context, "uris"), 7);
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
    const errors = [];
    for (const uri of uris)
      errors.push([
        await failure(context, () => capsule.put(uri, "x")),
        await failure(context, () => capsule.get(uri)),
      ]);
    await capsule.close();
    return errors;
  },
  async "files that aren't capsules"(context) {
    const path = placeFor(context, "foreign");
    const bytes = {
      empty: [],
      short: [0x89, 0x4d],
      text: [...new TextEncoder().encode("just some text, and more of it")],
      memvid: [0x4d, 0x56, 0x32, 0, 1, 2, 2, 1],
      memvidEncrypted: [0x4d, 0x56, 0x32, 0x45, 1, 0],
      rust: [0x4d, 0x56, 0x32, 0, 1, 9],
      age: [...new TextEncoder().encode("age-encryption.org/v1\n-> X25519 x\n")],
    };
    const errors = {};
    for (const [name, content] of Object.entries(bytes)) {
      writeFileSync(path, new Uint8Array(content));
      errors[name] = await failure(context, opened(path));
    }
    mkdirSync(`${path}.d`);
    errors.directory = await failure(context, opened(`${path}.d`));
    errors.missing = await failure(context, opened(`${path}.none`));
    return errors;
  },
  async "cut and flipped files"(context) {
    const path = await made(context, "damaged");
    const whole = readFileSync(path);
    const errors = [];
    for (const length of [100, 255, 256, 300, whole.length - 1, whole.length - 64, whole.length - 200]) {
      writeFileSync(path, whole.subarray(0, length));
      errors.push([length, await failure(context, opened(path))]);
    }
    for (const at of [3, 8, 12, 20, 200, 240, 300, 1000, whole.length - 200, whole.length - 90, whole.length - 30]) {
      const changed = new Uint8Array(whole);
      changed[at] ^= 4;
      writeFileSync(path, changed);
      const found = await Capsule.doctor(path, { deep: true }).catch((error) => [{ code: error.code, level: "error" }]);
      errors.push([at, found.map((each) => [each.code, each.level, each.offset])]);
    }
    return errors;
  },
  async "checkpoints and events"(context) {
    const path = await made(context, "names");
    const capsule = await Capsule.open(path, { mode: "write" });
    const errors = [
      await failure(context, () => capsule.commit({ label: "here" })),
      await failure(context, () => capsule.at("nowhere")),
      await failure(context, () => capsule.emit({ type: "Nothing", payload: {} })),
      await failure(context, () => capsule.emit({ type: "GateDecision", payload: { outcome: 1 } })),
      await failure(context, () => capsule.put({ path: "x" }, "x", { title: "t".repeat(5000) })),
      await failure(context, async () => (await Capsule.open(path)).put({ path: "x" }, "x")),
    ];
    await capsule.close();
    return errors;
  },
};
