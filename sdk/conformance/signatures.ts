/** Signatures: what fixed keys make of a capsule, what verifying says of it and of altered copies, and rekeying. */

import { encryptTo } from "../age/encrypt.js";
import { generateAgeKeys } from "../age/keys.js";
import { rekeyFile } from "../age/rekey.js";
import { Capsule } from "../capsule.js";
import { generateSigningKeys } from "../signature/keys.js";
import { bytesOf, create, documents, fileDigest, fixed, pathIn, write } from "./fixed.js";
import type { Case, Place, Topic } from "./topic.js";

const [one, two, other] = [30, 31, 32].map((seed) => generateSigningKeys(fixed(seed).random)) as [
  ReturnType<typeof generateSigningKeys>,
  ReturnType<typeof generateSigningKeys>,
  ReturnType<typeof generateSigningKeys>,
];

async function makeSigned(place: Place): Promise<void> {
  const capsule = await create(place, 33);
  await capsule.putMany(documents(80));
  await capsule.commit({ label: "done" });
  await capsule.sign(one.secretKey);
  await capsule.sign(two.secretKey);
  await capsule.close();
}

/** What verifying says, without the path and the sentences. */
async function verified(place: Place, trustedKeys: readonly string[], name?: string, secrets: object = {}) {
  const options = { runtime: place.runtime, trustedKeys, ...secrets };
  const { path: _, diagnostics, ...rest } = await Capsule.verify(pathIn(place, name), options);
  return { ...rest, diagnostics: diagnostics.map(({ code, offset }) => [code, offset ?? null]) };
}

const keys: Case = async () => [one, two, other];

const signed: Case = async (place) => {
  await makeSigned(place);
  const before = [fileDigest(place), await verified(place, [one.publicKey]), await verified(place, [other.publicKey])];
  const capsule = await write(place, 34);
  const again = await capsule.sign(one.secretKey);
  await capsule.putMany(documents(1, 80));
  await capsule.close();
  return [before, again, fileDigest(place), await verified(place, [one.publicKey, other.publicKey])];
};

const altered: Case = async (place) => {
  await makeSigned(place);
  const whole = bytesOf(place);
  const answers: unknown[] = [];
  for (let part = 1; part < 16; part++) {
    const at = 256 + Math.floor(((whole.length - 256) * part) / 16);
    const flipped = whole.slice();
    flipped[at] = (flipped[at] as number) ^ 4;
    for (const bytes of [flipped, whole.subarray(0, at)]) {
      place.runtime.files.writeFile(pathIn(place, "altered.mv2"), bytes);
      answers.push(await verified(place, [one.publicKey], "altered.mv2"));
    }
  }
  return answers;
};

const rekeyed: Case = async (place) => {
  await makeSigned(place);
  const { runtime } = place;
  const [from, to] = [35, 36].map((seed) => generateAgeKeys(fixed(seed).random)) as [
    ReturnType<typeof generateAgeKeys>,
    ReturnType<typeof generateAgeKeys>,
  ];
  const file = runtime.files.open(pathIn(place, "signed.mv2e"), { mode: "create-exclusive" });
  const writer = encryptTo((bytes) => file.append(bytes), {
    recipients: [from.recipient],
    random: fixed(37).random,
  });
  writer.write(bytesOf(place));
  writer.finish();
  file.close();
  const options = { recipients: [to.recipient], random: fixed(38).random };
  const result = await rekeyFile(pathIn(place, "signed.mv2e"), {
    runtime,
    from: { identities: [from.identity] },
    to: options,
  });
  const identities = [to.identity];
  return [result, await verified(place, [two.publicKey], "signed.mv2e", { identities })];
};

export const signatures: Topic = {
  name: "signatures",
  cases: { keys, "signed by two, then written to": signed, "altered and cut": altered, rekeyed },
};
