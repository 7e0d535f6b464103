import { readFileSync } from "node:fs";
import { Capsule, loadMasker } from "speckit-capsule";
import { fixed } from "speckit-capsule/conformance";

/** The corpus, as conformance/project.ts wrote it beside the cases. */
const corpus = JSON.parse(readFileSync(new URL("masking-corpus.json", import.meta.url), "utf8"));

const cases = {
  async "every text of the corpus, masked"() {
    const masker = await loadMasker();
    return corpus.map((value) => (typeof value === "string" ? masker.maskText(value) : masker.maskJson(value)));
  },
  async "windows: the corpus as one text"() {
    const { maskText } = await loadMasker();
    return maskText(corpus.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join("\n"));
  },
  async "a capsule that sanitizes"({ folder }) {
    const path = `${folder}/capsule.mv2`;
    const capsule = await Capsule.create(path, { ...fixed(), sanitize: true });
    for (const [index, value] of corpus.entries()) {
      if (index % 5 !== 0) continue;
      const attributes = { note: value };
      await capsule.put({ path: `${index}.md` }, JSON.stringify(value), { attributes });
      await capsule.emit({ type: "DebugTrace", payload: { message: `number ${index}`, context: attributes } });
    }
    await capsule.close();
    return Array.from(readFileSync(path));
  },
  async "a safe export"({ folder }) {
    const capsule = await Capsule.create(`${folder}/leaky.mv2`, { ...fixed(), specId: "SPEC-1", runId: "leaky" });
    for (const [index, value] of corpus.entries()) {
      if (index % 5 !== 0) continue;
      const attributes = { note: value };
      await capsule.put({ path: `${index}.md` }, JSON.stringify(value), { attributes });
      await capsule.emit({ type: "ToolCall", payload: { call_id: `c${index}`, tool_name: "sh", input: attributes } });
      if (index % 50 === 0) await capsule.commit({ label: `${index} ${JSON.stringify(value).slice(0, 40)}` });
    }
    const out = `${folder}/safe.mv2`;
    const { redactions, omissions } = await capsule.export({ runId: "leaky", out, encrypt: false });
    await capsule.close();
    return { redactions, omissions, bytes: Array.from(readFileSync(out)) };
  },
};

/** Masks and their places in every text of the corpus, and the bytes of a capsule whose writer sanitizes and of a safe export. */
export const maskingCorpus = { name: "masking-corpus", cases };
