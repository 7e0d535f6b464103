/** Masking: what is found where in texts, and the bytes of a capsule whose writer sanitizes and of a safe export. */

import { loadMasker } from "../redact/load.js";
import { create, fileDigest, pathIn } from "./fixed.js";
import type { Case, Topic } from "./topic.js";

/** Credentials are put together here, so that no scanner takes this file for a leak. */
const glue = (...parts: string[]): string => parts.join("");
const texts = [
  "Write to maria@firma.io or call +49 30 901820, from 192.0.2.17 or 2001:db8::1.",
  `Card ${glue("4111", " 1111 ", "1111", " 1111")}, IBAN ${glue("DE89", "3704", "0044", "0532", "0130", "00")}.`,
  `key = ${glue("AKIA", "IOSFODNN7", "QXYZABC")} and ${glue("ghp", "_", "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5")}`,
  `${glue("-----BEGIN", " RSA PRIVATE KEY-----")}\n${"MIIB".repeat(30)}\n${glue("-----END", " RSA PRIVATE KEY-----")}`,
  `{"password": "${glue("hunter2", "hunter2")}", "url": "https://user:${glue("s3cr", "etpw")}@host.example/x%40y.org"}`,
  "Nothing here: 東京 Ελλάδα naïve 1.2.3 \u{1f600} mv2://default/SPEC-1/abc/artifact/plan.md",
];

const findings: Case = async () => {
  const masker = await loadMasker();
  const joined = texts.join("\n");
  return [
    texts.map((text) => masker.maskText(text)),
    masker.maskText(joined),
    masker.maskJson({ texts, nested: { deep: [joined, 4111111111111111, null] } }),
    masker.maskText(btoa(texts[0] as string)),
  ];
};

const sanitized: Case = async (place) => {
  const capsule = await create(place, 15, { sanitize: true });
  for (const [index, note] of texts.entries()) {
    await capsule.put({ path: `${index}.md` }, note, { attributes: { note } });
    await capsule.emit({ type: "DebugTrace", payload: { message: note, context: { index } } });
  }
  await capsule.close();
  return fileDigest(place);
};

const EXPORT = "export.mv2";

const exported: Case = async (place) => {
  const capsule = await create(place, 16, { specId: "SPEC-1", runId: "abc", captureMode: "full_io" });
  const call = { model: "m", routing_mode: "cloud", capture_mode: "full_io", success: true } as const;
  for (const [index, text] of texts.entries()) {
    await capsule.put({ path: `${index}.md` }, text, { title: text.slice(0, 60), attributes: { text, index } });
    await capsule.put({ path: `${index}.json` }, JSON.stringify({ text, password: "plain words" }));
    const payload = {
      ...call,
      call_id: `c${index}`,
      prompt: text,
      response: "yes",
      prompt_hash: "p",
      response_hash: "r",
    };
    await capsule.emit({ type: "ModelCallEnvelope", payload });
    await capsule.commit({ label: `${index}: ${texts[0]}` });
  }
  await capsule.put({ path: "picture.png" }, Uint8Array.of(0, 255));
  const golden = [{ query: "call maria@firma.io", checkpoint: `1: ${texts[0]}` }];
  const { redactions, omissions } = await capsule.export({
    runId: "abc",
    out: pathIn(place, EXPORT),
    encrypt: false,
    golden,
  });
  await capsule.close();
  return [redactions, omissions, fileDigest(place, EXPORT)];
};

export const masking: Topic = {
  name: "masking",
  cases: { "findings in texts and JSON": findings, "a capsule that sanitizes": sanitized, "a safe export": exported },
};
