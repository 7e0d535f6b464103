/** LZ4 blocks. Compression is a pure function of the input and the dictionary. */
export { lz4Compress, lz4CompressBound, lz4CompressWithDictionary } from "./lz4-compress";
export { LZ4_MALFORMED, lz4Decompress, lz4DecompressWithDictionary } from "./lz4-decompress";
export { LZ4_DICTIONARY_BYTES, lz4PrepareDictionary } from "./lz4-dictionary";
export { compressBlob, compressPayload, setThorough } from "./lz4-effort";
export { lz4CompressFast } from "./lz4-fast";
export { lz4CompressHigh } from "./lz4-high";
