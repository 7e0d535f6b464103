/** Calls the compiled tokenizer from a test. */
import { compileForTest } from "./compile.js";
import type { ModelToken } from "./tokenizer-model.js";

/** Exports of `asm/testing/text-analysis.ts`. */
export interface TextAnalysis {
  memory: WebAssembly.Memory;
  takeChunk(bits: number): number;
  classOf(codePoint: number): number;
  decode(address: number, end: number): number;
  writeFolding(destination: number, codePoint: number): number;
  stem(word: number, length: number): number;
  isStopWord(term: number, length: number): number;
  createTokenizer(): number;
  startText(tokenizer: number, analyzer: number): void;
  feedText(tokenizer: number, source: number, length: number, isLast: boolean): void;
  nextTokens(tokenizer: number): number;
  tokenAt(tokenizer: number, index: number): number;
  consumedBytes(tokenizer: number): number;
}

export const ENGLISH = 1;
export const PLAIN = 2;

/** A compiled tokenizer. `tokenize` feeds a text in pieces of `pieceBytes` (all at once unless given) and checks the zeros behind each term. */
export class TokenizerHost {
  readonly core: TextAnalysis;
  readonly #tokenizer: number;
  readonly #input: number;
  readonly #inputBytes: number;

  private constructor(core: TextAnalysis, inputBits: number) {
    this.core = core;
    this.#tokenizer = core.createTokenizer();
    this.#inputBytes = 1 << inputBits;
    this.#input = core.takeChunk(inputBits);
  }

  static async create(options: { debug?: boolean; inputBits?: number } = {}): Promise<TokenizerHost> {
    const core = await compileForTest<TextAnalysis>("asm/testing/text-analysis.ts", options);
    return new TokenizerHost(core, options.inputBits ?? 20);
  }

  tokenize(text: Uint8Array, analyzer: number, pieceBytes = text.length): ModelToken[] {
    const tokens: ModelToken[] = [];
    this.core.startText(this.#tokenizer, analyzer);
    let rest = new Uint8Array(0);
    let fed = 0;
    do {
      const next = text.subarray(fed, fed + pieceBytes);
      fed += next.length;
      const piece = new Uint8Array(rest.length + next.length);
      piece.set(rest);
      piece.set(next, rest.length);
      // At the end of the input, so that whatever is read behind the text is another's.
      const address = this.#input + this.#inputBytes - piece.length;
      new Uint8Array(this.core.memory.buffer).set(piece, address);
      this.core.feedText(this.#tokenizer, address, piece.length, fed === text.length);
      while (this.#takeTokens(tokens) > 0);
      rest = piece.slice(this.core.consumedBytes(this.#tokenizer));
      if (rest.length > 512) throw new Error(`${rest.length} bytes of a piece were not used`);
    } while (fed < text.length);
    if (rest.length > 0) throw new Error(`${rest.length} bytes of the text were not used`);
    return tokens;
  }

  #takeTokens(tokens: ModelToken[]): number {
    const count = this.core.nextTokens(this.#tokenizer);
    const view = new DataView(this.core.memory.buffer);
    for (let i = 0; i < count; i++) {
      const record = this.core.tokenAt(this.#tokenizer, i);
      const term = view.getUint32(record + 8, true);
      const length = view.getUint8(record + 12);
      const bytes = new Uint8Array(this.core.memory.buffer, term, length + 16);
      if (bytes.subarray(length).some((byte) => byte !== 0)) throw new Error(`Term ${i} isn't padded with zeros`);
      tokens.push({
        start: view.getUint32(record, true),
        end: view.getUint32(record + 4, true),
        term: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, length)),
        kind: view.getUint8(record + 13),
      });
    }
    return count;
  }
}
