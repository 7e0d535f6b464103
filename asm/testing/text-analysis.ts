/** Entry for the tests of `asm/text/`: its functions, and memory to put text in. */
export { takeChunk } from "../memory/chunks";
export { classOf, decode, writeFolding } from "../text/code-points";
export { stem } from "../text/stemmer";
export { isStopWord } from "../text/stop-words";
export { consumedBytes, createTokenizer, feedText, nextTokens, startText, tokenAt } from "../text/tokenizer";
