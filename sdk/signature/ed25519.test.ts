import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { bech32 } from "@scure/base";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes, decodeHex, encodeHex } from "../../runtimes/std.js";
import { derivePublicKey, isUsablePublicKey, signatureHolds, signMessage } from "./ed25519.js";
import { publicKeyOf } from "./keys.js";

/** RFC 8032 7.1, tests 1, 2, 3 and SHA(abc): secret key, public key, message, signature. */
const VECTORS = [
  [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  ],
  [
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  ],
  [
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  ],
  [
    "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
    "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
  ],
] as const;

/** RFC 8410: what stands before the 32 bytes of a key in DER. */
const PRIVATE_DER = decodeHex("302e020100300506032b657004220420");
const PUBLIC_DER = decodeHex("302a300506032b6570032100");

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

function otherPrivateKey(secret: Uint8Array) {
  return createPrivateKey({ key: Buffer.from(concatBytes(PRIVATE_DER, secret)), format: "der", type: "pkcs8" });
}

function otherPublicKey(key: Uint8Array) {
  return createPublicKey({ key: Buffer.from(concatBytes(PUBLIC_DER, key)), format: "der", type: "spki" });
}

describe("Ed25519", () => {
  it("gives what RFC 8032 says", () => {
    for (const [secretHex, publicHex, messageHex, signatureHex] of VECTORS) {
      const [secret, message] = [decodeHex(secretHex), decodeHex(messageHex)];
      expect(encodeHex(derivePublicKey(secret))).toBe(publicHex);
      expect(encodeHex(signMessage(message, secret))).toBe(signatureHex);
      expect(signatureHolds(decodeHex(signatureHex), message, decodeHex(publicHex))).toBe(true);
      const text = bech32.encodeFromBytes("speckit-sign-", secret).toUpperCase();
      expect(publicKeyOf(text)).toBe(bech32.encodeFromBytes("speckit-pub-", decodeHex(publicHex)));
    }
  });

  it("signs as node:crypto does, and takes and refuses what it does", () => {
    fc.assert(
      fc.property(bytes(32), fc.uint8Array({ maxLength: 200 }), fc.nat(511), (secret, message, bit) => {
        const publicKey = derivePublicKey(secret);
        const signature = signMessage(message, secret);
        expect(encodeHex(signature)).toBe(sign(null, message, otherPrivateKey(secret)).toString("hex"));
        expect(verify(null, message, otherPublicKey(publicKey), signature)).toBe(true);
        const altered = signature.slice();
        altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(signatureHolds(altered, message, publicKey)).toBe(false);
        expect(verify(null, message, otherPublicKey(publicKey), altered)).toBe(false);
        expect(signatureHolds(signature, concatBytes(message, Uint8Array.of(0)), publicKey)).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  it("refuses an s beyond the group's order, and keys of low order or not of the curve", () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const secret = decodeHex(VECTORS[1][0]);
    const message = decodeHex(VECTORS[1][2]);
    const signature = signMessage(message, secret);
    let s = order;
    for (let i = 31; i >= 0; i--) s += BigInt(signature[32 + i] as number) << BigInt(8 * i);
    const beyond = signature.slice();
    for (let i = 0; i < 32; i++) beyond[32 + i] = Number((s >> BigInt(8 * i)) & 255n);
    expect(signatureHolds(signature, message, derivePublicKey(secret))).toBe(true);
    expect(signatureHolds(beyond, message, derivePublicKey(secret))).toBe(false);
    const identity = new Uint8Array(32);
    identity[0] = 1;
    const notOfTheCurve = new Uint8Array(32).fill(0xff);
    const ofOrder8 = decodeHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
    for (const key of [identity, new Uint8Array(32), notOfTheCurve, ofOrder8]) {
      expect(isUsablePublicKey(key)).toBe(false);
      // R the identity and s zero: with a key of low order, that would hold for any message.
      expect(signatureHolds(concatBytes(identity, new Uint8Array(32)), message, key)).toBe(false);
    }
  });
});
