/**
 * The recommended rules of secretlint, run directly. Its own engine is asynchronous, reads a clock and leaves marks in the host's
 * performance timeline with each call; a rule needs no more than somewhere to report to.
 */

import { rules } from "@secretlint/secretlint-rule-preset-recommend";
import type { Finding } from "./finding.js";
import { hasAny, type WindowText } from "./pattern.js";

/** The part of secretlint's rule interface that the rules of the preset use. */
interface Rule {
  readonly meta: { readonly id: string };
  create(context: RuleContext, options: object): { file?(source: RuleSource): unknown };
}
interface RuleContext {
  readonly sharedOptions: object;
  createTranslator(messages: object): (messageId: string) => object;
  report(descriptor: { readonly range: readonly [number, number] }): void;
  ignore(): void;
}
interface RuleSource {
  readonly content: string;
  readonly contentType: "text";
  /** No extension and no path: rules that would read a file then don't. */
  readonly ext: "";
  readonly filePath: "";
}

const ID_PREFIX = "@secretlint/secretlint-rule-";

/** What each rule can't do without, in lower case: most windows hold none of it, and the rule isn't run. */
export const ruleNeeds: Readonly<Record<string, readonly string[]>> = {
  aws: ["a3t", "akia", "agpa", "aida", "aroa", "aipa", "anpa", "anva", "asia", "secret", "account"],
  npm: ["x-oauth-basic", "_authtoken", "npm_"],
  slack: ["xox", "xapp", "hooks.slack.com"],
  basicauth: ["://"],
  openai: ["t3blbkfj"],
  anthropic: ["sk-ant-"],
  groq: ["gsk_"],
  huggingface: ["hf_"],
  linear: ["lin_api_"],
  notion: ["ntn_"],
  sendgrid: ["sg."],
  shopify: ["shppa_", "shpca_", "shpat_", "shpss_"],
  github: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
  gitlab: ["glpat-"],
  grafana: ["glc_", "glsa_"],
  "1password": ["ops_"],
  "database-connection-string": ["mongodb", "mysql", "postgres"],
  "hashicorp-vault": ["hvs.", "hvb.", "hvr."],
  vercel: ["vcp_", "vci_", "vca_", "vcr_", "vck_"],
  databricks: ["dapi"],
  docker: ["dckr_pat_"],
  figma: ["figd_"],
};

/**
 * Left out: comments that switch rules off (a text must not decide what is masked in it), files of Google that the rule reads from the
 * disk (their keys are in armour), and private keys, whose blocks are found whole by {@link findPrivateKeys}.
 */
export const rulesLeftOut = ["filter-comments", "gcp", "privatekey"];

const nameOf = (rule: Rule) => rule.meta.id.slice(ID_PREFIX.length);

interface RunnableRule {
  readonly name: string;
  readonly needs: readonly string[];
  readonly run: (source: RuleSource) => unknown;
}

let found: Finding[] = [];

function prepare(rule: Rule): RunnableRule {
  const name = nameOf(rule);
  const context: RuleContext = {
    sharedOptions: {},
    createTranslator: () => (messageId) => ({ messageId }),
    report: ({ range: [start, end] }) => found.push({ rule: name, start, end }),
    ignore: () => {},
  };
  const handlers = rule.create(context, {});
  return { name, needs: ruleNeeds[name] ?? [], run: (source) => handlers.file?.(source) };
}

/** Names of all rules that the preset has, for the test that none is forgotten. */
export const presetRuleNames = (rules as unknown as readonly Rule[]).map(nameOf);

const runnable = (rules as unknown as readonly Rule[])
  .filter((rule) => !rulesLeftOut.includes(nameOf(rule)))
  .map(prepare);

/** Runs the rules over a window. @throws TypeError if a rule has become asynchronous */
export function runSecretlintRules({ text, lower }: WindowText): Finding[] {
  found = [];
  const source: RuleSource = { content: text, contentType: "text", ext: "", filePath: "" };
  for (const { name, needs, run } of runnable) {
    if (!hasAny(lower, needs)) continue;
    if (run(source) instanceof Promise) throw new TypeError(`The secretlint rule ${name} answers with a promise`);
  }
  return found;
}
