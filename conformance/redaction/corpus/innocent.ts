/** Texts that look a little like secrets or personal data and are none: what masking must leave alone. */

import type { JsonValue } from "../../../runtimes/contract.js";
import { ALPHANUMERIC, DIGITS, Dice, HEX, LOWER } from "./dice.js";

export interface Innocent {
  readonly kind: string;
  readonly value: JsonValue;
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const uuid = (d: Dice) =>
  `${d.text(HEX, 8)}-${d.text(HEX, 4)}-4${d.text(HEX, 3)}-${d.pick(["8", "9", "a", "b"])}${d.text(HEX, 3)}-${d.text(HEX, 12)}`;
const version = (d: Dice) => `${d.below(20)}.${d.below(40)}.${d.below(12)}`;
const clock = (d: Dice) => `2026-0${1 + d.below(9)}-1${d.below(10)}T1${d.below(10)}:2${d.below(10)}:3${d.below(10)}`;

/** The first bytes of a PNG file, then noise. */
const png = (d: Dice) =>
  base64(Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, ...d.bytes(400)]));

const makers: Readonly<Record<string, (d: Dice) => JsonValue>> = {
  "git commit": (d) => `commit ${d.text(HEX, 40)}\nMerge branch 'main' into release-${d.below(9)}`,
  "short git commit": (d) => `${d.text(HEX, 7)} Fix the order of retries (#${1000 + d.below(9000)})`,
  "git diff header": (d) =>
    `diff --git a/src/queue.ts b/src/queue.ts\nindex ${d.text(HEX, 7)}..${d.text(HEX, 7)} 100644`,
  "SHA-256": (d) => `${d.text(HEX, 64)}  dist/app.tar.gz`,
  "MD5 in words": (d) => `The checksum is ${d.text(HEX, 32)}, as published.`,
  "image digest": (d) => `FROM node:22@sha256:${d.text(HEX, 64)}`,
  UUID: (d) => `request ${uuid(d)} took ${d.below(900)} ms`,
  "UUID in JSON": (d) => ({ id: uuid(d), parent: uuid(d), ok: true }),
  ULID: (d) => `checkpoint 01J${d.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 23)} at plan`,
  version: (d) => `Upgrade zod from ${version(d)} to ${version(d)}`,
  "four-part version": (d) => `Assembly version ${1 + d.below(9)}.${d.below(9)}.${d.below(9)}.${d.below(9)} was loaded`,
  "build number": (d) => `Windows 10.0.${19000 + d.below(4000)}.${d.below(5000)}`,
  "lock file integrity": (d) => `"integrity": "sha512-${base64(d.bytes(64))}",`,
  "lock file entry": (d) => ({ version: version(d), integrity: `sha512-${base64(d.bytes(64))}`, license: "MIT" }),
  "go.sum": (d) => `golang.org/x/net v0.${d.below(40)}.0 h1:${base64(d.bytes(32))}`,
  "image in a page": (d) => `<img alt="logo" src="data:image/png;base64,${png(d)}">`,
  "image over lines": (d) => `logo:\n${(png(d).match(/.{1,76}/g) as string[]).join("\n")}`,
  "base64 of prose": (d) =>
    `body: ${Buffer.from(`The run ended well after ${d.below(90)} steps and nothing else.`).toString("base64")}`,
  certificate: (d) =>
    [
      "-----BEGIN CERTIFICATE-----",
      ...(base64(d.bytes(300)).match(/.{1,64}/g) as string[]),
      "-----END CERTIFICATE-----",
    ].join("\n"),
  "public key": (d) => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${d.text(ALPHANUMERIC, 43)} builder`,
  "example address": (d) =>
    `Write to ${d.pick(["user", "admin", "you"])}@example.${d.pick(["com", "org", "net"])} for help.`,
  "documentation IPv4": (d) => `curl http://${d.pick(["192.0.2", "198.51.100", "203.0.113"])}.${d.below(256)}/health`,
  loopback: (d) => `listening on ${d.pick(["127.0.0.1", "0.0.0.0", "::1"])} port ${1024 + d.below(60000)}`,
  "time of day": (d) => `${clock(d)}Z step ${d.below(50)} done`,
  "time with offset": (d) => `at ${clock(d)}.${d.text(DIGITS, 6)}+02:00`,
  "Unix time": (d) => `{"at":${1_700_000_000_000 + d.below(9_999_999)},"took":${d.below(5000)}}`,
  "order number": (d) => `Order ${d.text("123456789", 1)}${d.text(DIGITS, 9)} was packed.`,
  "invoice number": (d) => `Invoice INV-2026-${d.text(DIGITS, 6)}`,
  "ticket number": (d) => `Closes PROJ-${100 + d.below(9000)} and #${d.below(5000)}`,
  "number in a table": (d) =>
    `| rows | ${d.text("123456789", 1)}${d.text(DIGITS, 6)} | ${d.below(100)}.${d.text(DIGITS, 4)} |`,
  "numbers of a test": (d) => ({
    passed: d.below(10_000),
    failed: 0,
    seconds: d.below(1000) / 8,
    seed: d.below(2 ** 23),
  }),
  "long identifier": (d) =>
    `see ${d.pick(["getUserAccountSettings", "createTemporaryDirectory"])}From${d.pick(["Environment", "Repository"])}`,
  "CSS colours": (d) => `color: #${d.text(HEX, 6)}; background: #${d.text(HEX, 6)};`,
  "code that reads a password": (d) => `const password = process.env.${d.pick(["DB", "SMTP", "API"])}_PASSWORD;`,
  "code with a type": (d) =>
    `function login(user: string, ${d.pick(["password", "token", "secret"])}: string): Promise<Session> {`,
  "password from a store": (d) => `password: \${{ secrets.${d.pick(["DEPLOY", "NPM"])}_PASSWORD }}`,
  "empty password": (d) => `${d.pick(["password", "api_key", "secret"])} = ""`,
  "prose on passwords": (d) =>
    `The password must have ${8 + d.below(8)} characters; tokens expire after ${d.below(24)} hours.`,
  placeholder: (d) => `${d.pick(["API_KEY", "TOKEN", "SECRET"])}=<your-${d.pick(["key", "token"])}-here>`,
  "model tokens": (d) =>
    `prompt_tokens: ${d.below(9000)}, max_tokens: ${1024 * (1 + d.below(8))}, tokens=${d.below(400)}`,
  "token in a parser": (d) =>
    `const token = tokens[${d.below(9)}]; if (token.kind === "${d.pick(["comma", "number"])}") next();`,
  "URL with query": (d) => `https://docs.example.com/guide?page=${d.below(20)}&section=${d.text(LOWER, 8)}#install`,
  "URL of a package": (d) => `https://registry.example.org/@scope/name/-/name-${version(d)}.tgz`,
  "capsule URI": (d) => `mv2://default/SPEC-${d.below(900)}/run-${d.text(LOWER, 6)}/artifact/plan.md`,
  "scoped package": (d) => `import { z } from "@scope/${d.text(LOWER, 6)}@${version(d)}";`,
  decorator: (d) => `@Injectable()\nexport class ${d.pick(["User", "Order"])}Service extends Base@${d.below(9)} {}`,
  "git remote": (d) => `origin\tgit@${d.pick(["github.com", "gitlab.com"])}:team/app${d.below(9)}.git (fetch)`,
  "IPv6-like code": (d) => `std::vector<std::string> names${d.below(9)}; Foo::bar(); a::b::c`,
  "MAC-like time": (d) => `00:1${d.below(10)}:2${d.below(10)} elapsed, 1${d.below(10)}:30:00 left`,
  "floating-point numbers": (d) => [d.below(1000) / 7, -d.below(1000) / 3, 1e21, 0],
  "hexadecimal dump": (d) => `00000000  ${(d.text(HEX, 32).match(/../g) as string[]).join(" ")}  |................|`,
  "phone-like range": (d) => `lines 100-200 of 3000-4${d.text(DIGITS, 3)}, bytes 0-${1000 + d.below(9000)}`,
  dates: (d) => `from 2026-01-0${1 + d.below(9)} to 2026-02-1${d.below(10)} (${d.below(50)} days)`,
  "minified code": (d) =>
    `!function(e,t){"use strict";var n=${d.below(99)};e.${d.text(LOWER, 3)}=function(r){return t(r,n)}}(this,Math.max);`,
  prose: (d) =>
    `The planner asked for ${1 + d.below(9)} alternatives, and the judge took the ${d.pick(["first", "second", "third"])}.`,
};

const EACH = 10;

/** Several of each kind. */
export function innocentTexts(): Innocent[] {
  return Object.entries(makers).flatMap(([kind, make]) => {
    const dice = new Dice(`innocent ${kind}`);
    return Array.from({ length: EACH }, () => ({ kind, value: make(dice) }));
  });
}
