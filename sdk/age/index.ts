/**
 * The entry `speckit-capsule/age`: encrypting and decrypting files in the age format, and its keys. It stands beside the package's
 * main entry, so that programs that don't encrypt needn't load the cryptography.
 */

export { openAgeFile } from "./decrypted-file.js";
export type { DecryptOptions } from "./detect.js";
export { AgeWriter, type ByteSink, type EncryptOptions, encryptTo } from "./encrypt.js";
export { type AgeKeyPair, generateAgeKeys, recipientOf } from "./keys.js";
export { type RekeyOptions, type RekeyResult, rekeyFile } from "./rekey.js";
