import fc from "fast-check";
import { expect, test } from "vitest";
import { ENGLISH, PLAIN, TokenizerHost } from "../testing/tokenizer-host.js";
import { tokenizeByModel } from "../testing/tokenizer-model.js";

const host = await TokenizerHost.create();
const encoder = new TextEncoder();
const kinds = ["", "+", "-", "1"];

/** Tokens as "term@start-end", prefixed by their kind: + compound, - subword, 1 unigram. */
function tokens(text: string, analyzer = PLAIN): string[] {
  const bytes = encoder.encode(text);
  return host.tokenize(bytes, analyzer).map((token) => `${kinds[token.kind]}${token.term}`);
}

test("tokenize() folds words and leaves out what separates them", () => {
  expect(tokens("Hello, World! (foo) — bar's x2 «ça» Straße ΣΊΣΥΦΟΣ")).toEqual([
    "hello",
    "world",
    "foo",
    "bar",
    "s",
    "x2",
    "ca",
    "strasse",
    "σισυφοσ",
  ]);
});

test("tokenize() gives offsets in bytes", () => {
  const found = host.tokenize(encoder.encode("é — foo_bar 日本"), PLAIN);
  expect(found.map((t) => [t.term, t.start, t.end])).toEqual([
    ["e", 0, 2],
    ["foo_bar", 7, 14],
    ["foo", 7, 10],
    ["bar", 11, 14],
    ["日", 15, 18],
    ["日本", 15, 21],
    ["本", 18, 21],
  ]);
});

test("tokenize() indexes identifiers whole and in parts", () => {
  expect(tokens("snake_case")).toEqual(["+snake_case", "snake", "case"]);
  expect(tokens("getUserName")).toEqual(["getusername", "-get", "-user", "-name"]);
  expect(tokens("__init__ _x a__b")).toEqual(["init", "x", "+a__b", "a", "b"]);
  expect(tokens("HTTPServer utf8Decoder JPEGs mRNA")).toEqual([
    "httpserver",
    "-http",
    "-server",
    "utf8decoder",
    "-utf8",
    "-decoder",
    "jpegs",
    "mrna",
    "-rna",
  ]);
  expect(tokens("src/search.ts --no-verify")).toEqual(["src", "search", "ts", "no", "verify"]);
});

test("tokenize() keeps dotted numbers together", () => {
  expect(tokens("1.2.3 v1.2.3 python3.12 3. .5 1.2.")).toEqual([
    "1.2.3",
    "v1.2.3",
    "-1.2.3",
    "python3.12",
    "-python",
    "-3.12",
    "3",
    "5",
    "1.2",
  ]);
});

test("tokenize() drops the ends of contractions in English only", () => {
  expect(tokens("It's the plane’s. I'd've, don't O'Reilly 'tis", ENGLISH).join(" ")).toBe(
    "it the plane i don o reilli tis",
  );
  expect(tokens("don't")).toEqual(["don", "t"]);
});

test("tokenize() pairs letters of scripts without spaces", () => {
  expect(tokens("全文検索")).toEqual(["1全", "全文", "1文", "文検", "1検", "検索", "1索"]);
  expect(tokens("猫 x猫x")).toEqual(["猫", "x", "猫", "x"]);
  expect(tokens("サーバ")).toEqual(["サー", "ーハ\u3099"]);
  expect(tokens("한국")).toEqual(["1한", "한국", "1국"]);
  expect(tokens("ที่นี่คือ")).toEqual(["ที่นี่", "นี่คื", "คือ"]);
});

test("tokenize() gives the same for composed and decomposed text", () => {
  const text = "Crème brûlée Ångström Ελληνικά ёлка Йод ガギグ ば 한국어 각 क़ آب";
  expect(tokens(text.normalize("NFD"))).toEqual(tokens(text.normalize("NFC")));
});

test("tokenize() takes ill-formed bytes for separators", () => {
  for (const bytes of [
    [0x80],
    [0xc0, 0xaf],
    [0xe0, 0x9f, 0xbf],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xff],
    [0xe3, 0x81],
  ]) {
    const text = new Uint8Array([0x61, ...bytes, 0x62]);
    expect(host.tokenize(text, PLAIN).map((t) => t.term)).toEqual(["a", "b"]);
  }
});

test("tokenize() cuts a run to 255 bytes", () => {
  const found = host.tokenize(encoder.encode(`${"a".repeat(300)} ${"é".repeat(200)} ${"ŉ".repeat(127)} x`), PLAIN);
  expect(found.map((t) => [t.term.length, t.start, t.end])).toEqual([
    [255, 0, 255],
    [127, 301, 555],
    [170, 702, 956],
    [1, 957, 958],
  ]);
});

const fragments = [
  ..."aZ09_.'-/ \n’—éßŉİǅΣ",
  "foo",
  "Bar",
  "HTTP",
  "3.14",
  "snake_case",
  "don't",
  "日",
  "本",
  "か",
  "ガ",
  "ｶﾞ",
  "ก",
  "ี",
  "한",
  "ᄒ",
  "ᅡ",
  "ᆫ",
  "\u0301",
  "\u200d",
  "\u200b",
  "\ufeff",
  "\u20e3",
  "\u0903",
  "🙂",
  "\u{20000}",
  "\u{2f800}",
  "\u{e0100}",
  "\u{10ffff}",
  "word ".repeat(30),
  "x".repeat(70),
  "y_".repeat(140),
  "aB".repeat(128),
  "7.".repeat(130),
  "か\u3099".repeat(20),
  `か${"\u{16126}".repeat(15)}`,
  `각${"\u0ddd".repeat(20)}`,
  `한${"\u0dd9".repeat(9)}`,
  "ŉ".repeat(120),
  "q".repeat(256),
];
const texts = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...fragments).map((text) => encoder.encode(text)) },
      { weight: 1, arbitrary: fc.string({ unit: "binary" }).map((text) => encoder.encode(text)) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }) },
    ),
    { maxLength: 60 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

test("tokenize() agrees with the slow model on any text, whole or in pieces", () => {
  fc.assert(
    fc.property(
      texts,
      fc.constantFrom(ENGLISH, PLAIN),
      fc.integer({ min: 1, max: 300 }),
      (text, analyzer, pieceBytes) => {
        const expected = tokenizeByModel(text, analyzer === ENGLISH, (word) => stemWord(word));
        expect(host.tokenize(text, analyzer)).toEqual(expected);
        expect(host.tokenize(text, analyzer, pieceBytes)).toEqual(expected);
      },
    ),
    { numRuns: 1500, seed: 17 },
  );
});

const wordAddress = host.core.takeChunk(14);
function stemWord(word: string): string {
  const bytes = encoder.encode(word);
  new Uint8Array(host.core.memory.buffer).set(bytes, wordAddress);
  const length = host.core.stem(wordAddress, bytes.length);
  return new TextDecoder().decode(new Uint8Array(host.core.memory.buffer, wordAddress, length));
}
