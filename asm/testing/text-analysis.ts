/** Entry for the tests of `asm/search/`: its functions, and memory to put text in. */
export { takeChunk } from "../memory/chunks";
export { classOf, decode, writeFolding } from "../search/code-points";
export { stem } from "../search/stemmer";
export { isStopWord } from "../search/stop-words";
export { consumedBytes, createTokenizer, feedText, nextTokens, startText, tokenAt } from "../search/tokenizer";
