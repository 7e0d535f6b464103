import fc from "fast-check";
import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../runtimes/contract.js";
import { countRules, createMasker, findInUri, maskJson, maskText } from "./masker.js";
import { personalPatterns } from "./personal-patterns.js";
import { OVERLAP_UNITS, WINDOW_UNITS } from "./scan.js";
import { secretPatterns } from "./secret-patterns.js";
import { presetRuleNames, ruleNeeds, rulesLeftOut } from "./secretlint-rules.js";

const key = `${"gh"}p_${"a1B2".repeat(9)}`;
const mail = "maria.keller@firma.io";

describe("maskText()", () => {
  it("puts the rule's name where the secret stood, and says where that was", () => {
    const text = `use ${key}, ask ${mail}`;
    const { text: masked, findings } = maskText(text);
    expect(masked).toBe("use [masked:github], ask [masked:email]");
    expect(findings.map(({ rule, start, end }) => [rule, text.slice(start, end)])).toEqual([
      ["github", key],
      ["email", mail],
    ]);
  });

  it("leaves what surrounds an encoded secret, and masks the carrier", () => {
    const json = JSON.stringify({ a: JSON.stringify({ note: `"${key}"\n` }), b: 1 });
    const masked = maskText(json).text;
    expect(JSON.parse(JSON.parse(masked).a)).toEqual({ note: '"[masked:github]"\n' });
    expect(maskText(`https://h.test/?a=1&q=x%20${encodeURIComponent(mail)}&b=2`).text).toBe(
      "https://h.test/?a=1&q=x%20[masked:email]&b=2",
    );
    expect(maskText(`body=${btoa(`token ${key} of ci`)};`).text).toBe("body=[masked:github];");
    expect(maskText(`a/${btoa(JSON.stringify({ q: encodeURIComponent(`<${mail}>`) }))}`).text).toBe("[masked:email]");
  });

  it("finds a secret wherever the borders of the windows lie, once", () => {
    const step = WINDOW_UNITS - OVERLAP_UNITS;
    for (const border of [step, WINDOW_UNITS, step + 1024, 2 * step]) {
      for (const shift of [-45, -20, -1, 0, 1]) {
        const before = "word ".repeat(Math.ceil((border + shift) / 5)).slice(0, border + shift);
        const { text, findings } = maskText(`${before} ${key} ${"word ".repeat(OVERLAP_UNITS)}`);
        expect(findings).toEqual([{ rule: "github", start: border + shift + 1, end: border + shift + 1 + key.length }]);
        expect(text.slice(border + shift - 20, border + shift + 16)).toBe(`${before.slice(-20)} [masked:github]`);
      }
    }
  });

  it("masks keys in armour that are longer than a window, or have lost their end", () => {
    const [begin, end] = ["BEGIN", "END"].map((word) => `-----${word} PRIVATE KEY-----`) as [string, string];
    const body = `${"A".repeat(64)}\n`;
    expect(maskText(`a\n${begin}\n${body.repeat(6000)}${end}\nb`).text).toBe("a\n[masked:private-key]\nb");
    expect(maskText(`a\n${begin}\n${body.repeat(3)}\nAnd so on.`).text).toBe("a\n[masked:private-key]\n\nAnd so on.");
  });

  it("doesn't read other letters by the host's tables: a key behind any letter is found", () => {
    for (const letter of ["é", "漢", "\u{10ec4}"]) expect(maskText(letter + key).text).toBe(`${letter}[masked:github]`);
  });

  it("masks a value within its quotes, so that JSON and code stay what they are", () => {
    const text = '{"db_password":"plain old secret 1","n":1}';
    expect(maskText(text).text).toBe('{"db_password":"[masked:secret-assignment]","n":1}');
    expect(maskText("x(password='hunter22')").text).toBe("x(password='[masked:secret-assignment]')");
  });

  it("leaves its own masks alone", () => {
    const once = maskText(`password = "hunter22", ${key}, ${mail}`).text;
    expect(maskText(once)).toEqual({ text: once, findings: [] });
  });

  it("comes to an end on texts that are made to keep expressions busy", () => {
    const pieces = [
      "a",
      "-",
      "1",
      "a.",
      "\\",
      "%4",
      "://a:",
      "token:",
      '"',
      "@a",
      "xoxb-a-",
      "4 ",
      "AA11",
      ":0",
      "\n ",
      "eyJ.",
    ];
    for (const piece of pieces) maskText(piece.repeat(Math.ceil(100_000 / piece.length)));
    expect(pieces.length).toBe(16);
  });
});

describe("addresses", () => {
  it("are told from names of files, and found where they name one", () => {
    for (const name of ["logo@2x.png", "app@1.2.3.tgz", "lib@core.min.js", "types@node.d.ts", "git@github.com"])
      expect(findInUri(name), name).toEqual([]);
    for (const name of [mail, `${mail}.md`, "m.keller@firma.co.uk.json"])
      expect(maskText(name).text).toBe("[masked:email]");
  });
});

describe("what only its place tells", () => {
  const drawn = "k3jH8sQ2mZ7pT1vB";

  it("is masked there", () => {
    const hex = Buffer.from(`key ${key}`).toString("hex");
    const wide = Buffer.from(`key ${key}`, "utf16le").toString("base64");
    for (const [text, masked] of [
      [`Cookie: theme=dark; sid=${drawn}; lang=en`, "Cookie: [masked:cookie]"],
      [`{"set-cookie": "sid=${drawn}; Path=/"}`, '{"set-cookie": "[masked:cookie]"}'],
      ["//npm.firma.io/:_authToken=abcdefghijklmnopqrst", "//npm.firma.io/:_authToken=[masked:npm]"],
      [`https://${"a.b".repeat(12)}:x-oauth-basic@github.com/a`, "[masked:npm]:[masked:email]/a"],
      ["sshpass -p 'pa55 ssh host", "sshpass -p '[masked:secret-assignment] ssh host"],
      ["db.firma.io:5432:app:svc:pa55word\n", "db.firma.io:5432:app:svc:[masked:secret-assignment]\n"],
      [`dump ${hex}.`, "dump [masked:github]."],
      [`-enc ${wide}`, "-enc [masked:github]"],
      ["maria (at) firma (dot) io", "[masked:email]"],
      ["Telefon: 030 9018 2000", "Telefon: [masked:phone]"],
      ["date of birth: 3.4.1974", "date of birth: [masked:date-of-birth]"],
    ] as const)
      expect(maskText(text).text).toBe(masked);
  });

  it("is left alone elsewhere", () => {
    for (const text of [
      'const cookie: string = "a=b";',
      "Cookie: theme=dark; lang=en",
      "src/a.ts:1234:5:error:something",
      "listening on localhost:8080: ready",
      "dead beef at the dot product",
      "look at line dot by dot",
      "telemetry 0301234567, ratio 0.30123456",
      "reborn 2001 times, born free",
      `${"0123456789abcdef".repeat(4)}  app.tar.gz`,
    ])
      expect(maskText(text), text).toEqual({ text, findings: [] });
  });
});

describe("maskJson()", () => {
  it("masks strings, numbers and keys at any depth, and says where", () => {
    const { value, findings, uriFindings } = maskJson({
      list: [1, { [mail]: { card: 4111111111111111, n: 12 } }],
      ssn: 219099998,
      ok: true,
      none: null,
    });
    expect(value).toEqual({
      list: [1, { "[masked:email]": { card: "[masked:card-number]", n: 12 } }],
      ssn: "[masked:us-ssn]",
      ok: true,
      none: null,
    });
    expect(findings).toEqual([
      { rule: "email", pointer: "/list/1/[masked:email]", inKey: true },
      { rule: "card-number", pointer: "/list/1/[masked:email]/card", inKey: false },
      { rule: "us-ssn", pointer: "/ssn", inKey: false },
    ]);
    expect(uriFindings).toEqual([]);
  });

  it("masks whatever stands under a name for secrets", () => {
    expect(maskJson({ db_password: "plain words", tokens: 5, auth: { clientSecret: ["x"] } }).value).toEqual({
      db_password: "[masked:secret-assignment]",
      tokens: 5,
      auth: { clientSecret: ["[masked:secret-assignment]"] },
    });
  });

  it("keeps members whose keys become the same", () => {
    expect(maskJson({ [mail]: 1, "tom@firma.io": 2 }).value).toEqual({ "[masked:email]": 1, "[masked:email]#2": 2 });
  });

  it("leaves capsule URIs and tells their findings apart", () => {
    const uri = `mv2://default/SPEC-1/abc/artifact/${mail}`;
    const masked = maskJson({ policy_uri: uri });
    expect(masked.value).toEqual({ policy_uri: uri });
    expect(masked.findings).toEqual([]);
    expect(masked.uriFindings).toEqual([{ rule: "email", pointer: "/policy_uri", inKey: false }]);
  });

  it("masks what is too deep to be looked at", () => {
    let value: JsonValue = mail;
    for (let depth = 0; depth < 100; depth++) value = [value];
    expect(JSON.stringify(maskJson(value).value)).toBe(`${"[".repeat(64)}"[masked:too-deep]"${"]".repeat(64)}`);
  });

  it("changes nothing in values without secrets", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", " ", "é", "{", ",", "__proto__") });
    fc.assert(
      fc.property(
        fc.jsonValue({ stringUnit: fc.constantFrom("a", "b", " ", "é") }),
        fc.dictionary(letters, letters),
        (a, b) => {
          const value = [a, b] as JsonValue;
          expect(maskJson(value)).toEqual({ value, findings: [], uriFindings: [] });
        },
      ),
    );
  });
});

describe("createMasker()", () => {
  it("applies the rules that it is told", () => {
    const text = `${key} ${mail} 81.2.3.4`;
    expect(createMasker({ personal: false }).maskText(text).text).toBe(`[masked:github] ${mail} 81.2.3.4`);
    expect(createMasker({ secrets: false, exclude: ["ipv4"] }).maskText(text).text).toBe(
      `${key} [masked:email] 81.2.3.4`,
    );
    expect(() => createMasker({ exclude: "ipv4" as never })).toThrow(
      expect.objectContaining({ code: "InvalidArgument" }),
    );
  });

  it("masks bytes that are UTF-8, and answers null for others", () => {
    const masker = createMasker();
    const encode = (text: string) => new TextEncoder().encode(text);
    expect(masker.maskBytes(encode(`\uFEFFé ${mail}`))?.bytes).toEqual(encode("\uFEFFé [masked:email]"));
    const plain = encode("nothing");
    expect(masker.maskBytes(plain)?.bytes).toBe(plain);
    expect(masker.maskBytes(Uint8Array.of(0xff, 0xfe, 0x61))).toBeNull();
    expect(masker.maskBytes(Uint8Array.of(0x61, 0))).toBeNull();
  });
});

describe("findInUri()", () => {
  it("finds and doesn't mask", () => {
    expect(findInUri(`mv2://default/SPEC-1/abc/artifact/${mail}/x.md`).map(({ rule }) => rule)).toEqual(["email"]);
    expect(findInUri("mv2://default/SPEC-1/abc/artifact/plan.md")).toEqual([]);
  });
});

describe("countRules()", () => {
  it("counts by name, in the order of names", () => {
    const found = ["email", "aws", "email"].map((rule) => ({ rule }));
    expect(JSON.stringify(countRules(found))).toBe('{"aws":1,"email":2}');
  });
});

describe("the rules", () => {
  it("leave out numbers of phones that the library refuses: areas and exchanges begin with 2 to 9", () => {
    const digits = (length: number) =>
      fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: length, maxLength: length });
    const first = fc.constantFrom("0", "1");
    const isValid = (number: string) => parsePhoneNumberFromString(number, "US")?.isValid() === true;
    fc.assert(
      fc.property(first, digits(2), digits(3), digits(4), (one, two, three, four) => {
        expect(isValid(`${one}${two}-${three}-${four}`)).toBe(false);
        expect(isValid(`(2${two}) ${one}${three.slice(1)}-${four}`)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it("of the preset are all known here, so that a new one can't go unnoticed", () => {
    expect([...presetRuleNames].sort()).toEqual([...Object.keys(ruleNeeds), ...rulesLeftOut].sort());
  });

  it("of ours have bounded quantifiers and the flags that they need", () => {
    const patterns = [...secretPatterns, ...personalPatterns];
    expect(patterns.length).toBeGreaterThan(40);
    for (const { rule, expression } of patterns) {
      const outsideClasses = expression.source.replace(/\\./g, "_").replace(/\[[^\]]*\]/g, "_");
      expect(outsideClasses, rule).not.toMatch(/[*+]|,\}/);
      expect(expression.flags.replace("i", ""), rule).toBe("dy");
    }
  });
});
