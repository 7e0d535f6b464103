/**
 * The recommended rules of secretlint, run directly. Its own engine is asynchronous, reads a clock and leaves marks in the host's
 * performance timeline with each call; a rule needs no more than somewhere to report to.
 */

import { rules } from "@secretlint/secretlint-rule-preset-recommend";

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

/** What each rule can't do without, in lower case: it is run around these alone. */
export const ruleNeeds: Readonly<Record<string, readonly string[]>> = {
  aws: [
    ...["a3t", "akia", "agpa", "aida", "aroa", "aipa", "anpa", "anva", "asia", "account"],
    ...["secretaccesskey", "secret_accesskey", "secretaccess_key", "secret_access_key"],
  ],
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
  "database-connection-string": [
    ...["mongodb://", "mongodb+srv://", "mysql://", "mysqlx://", "postgres://", "postgresql://"],
  ],
  "hashicorp-vault": ["hvs.", "hvb.", "hvr."],
  vercel: ["vcp_", "vci_", "vca_", "vcr_", "vck_"],
  databricks: ["dapi"],
  docker: ["dckr_pat_"],
  figma: ["figd_"],
};

/** What follows the literals of rules whose literals are words of every day, in any match. */
const confirmations: Readonly<Record<string, RegExp>> = {
  aws: /account_?(?:id)?["']?\s{0,256}[:=]|secret|[A-Z0-9]{20}/iy,
  basicauth: /:\/\/[\w-]{1,256}:[\w-]{1,256}@/y,
};

/**
 * Left out: comments that switch rules off (a text must not decide what is masked in it), files of Google that the rule reads from the
 * disk (their keys are in armour), and private keys, whose blocks are found whole by {@link findPrivateKeys}.
 */
export const rulesLeftOut = ["filter-comments", "gcp", "privatekey"];

const nameOf = (rule: Rule) => rule.meta.id.slice(ID_PREFIX.length);

/** A rule of the preset that can be run on any part of a text. */
export interface SecretlintRule {
  readonly name: string;
  readonly needs: readonly string[];
  /** What stands at one of `needs` in a match, with the flag `y`. */
  readonly confirm?: RegExp;
  /** The ranges that it reports. @throws TypeError if the rule has become asynchronous */
  readonly run: (content: string) => readonly (readonly [number, number])[];
}

function prepare(rule: Rule): SecretlintRule {
  const name = nameOf(rule);
  let ranges: (readonly [number, number])[] = [];
  const context: RuleContext = {
    sharedOptions: {},
    createTranslator: () => (messageId) => ({ messageId }),
    report: ({ range }) => ranges.push(range),
    ignore: () => {},
  };
  const handlers = rule.create(context, {});
  const run = (content: string) => {
    ranges = [];
    const answer = handlers.file?.({ content, contentType: "text", ext: "", filePath: "" });
    if (answer instanceof Promise) throw new TypeError(`The secretlint rule ${name} answers with a promise`);
    return ranges;
  };
  const confirm = confirmations[name];
  return { name, needs: ruleNeeds[name] ?? [], ...(confirm === undefined ? {} : { confirm }), run };
}

/** Names of all rules that the preset has, for the test that none is forgotten. */
export const presetRuleNames = (rules as unknown as readonly Rule[]).map(nameOf);

/** The rules that are run. */
export const secretlintRules: readonly SecretlintRule[] = (rules as unknown as readonly Rule[])
  .filter((rule) => !rulesLeftOut.includes(nameOf(rule)))
  .map(prepare);
