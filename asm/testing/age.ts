/** Entry for the tests of `asm/age/`: its functions, and memory to put text in. */
export { open, seal } from "../age/aead";
export { cipherBlocks, cipherGroups } from "../age/aead-kernel";
export { polyFinish, polyPadded, polyStart } from "../age/poly1305";
export { scrypt, scryptKnowsAnswer } from "../age/scrypt";
export { hashFinish, hashStart, hashUpdate, hmacFinish, hmacKey } from "../age/sha256";
export { openChunk, sealChunk, setKey, wipeKey } from "../age/stream";
export { chunkBytesInUse, takeChunk } from "../memory/chunks";
