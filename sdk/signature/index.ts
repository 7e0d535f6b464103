/**
 * The entry `speckit-capsule/signature`: the keys that capsules are signed with. It stands beside the package's main entry, so that
 * programs that don't sign needn't load the cryptography.
 */

export { generateSigningKeys, publicKeyOf, type SigningKeyPair } from "./keys.js";
