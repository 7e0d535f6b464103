import { fieldB, fieldWeight, rankingK1 } from "../format/superblock";
import { ln } from "../text/logarithm";

/**
 * BM25F, exactly as docs/format.md part 10 states it: each operation in its order, rounded by itself; each term's contribution an
 * integer, so that sums don't depend on their order.
 */

/** Scores are integers in units of 2^-32. */
const SCORE_ONE: f64 = 4294967296.0;

let k1: f64 = 0;
let titleWeight: f64 = 0;
let bodyWeight: f64 = 0;
/** What a field's weighted frequency is divided by: A + B × length. */
let titleA: f64 = 0;
let titleB: f64 = 0;
let bodyA: f64 = 0;
let bodyB: f64 = 0;
let documentCount: f64 = 0;

/** Sets what scores are relative to: the documents of the view, and the tokens in all their titles and bodies. */
export function startScoring(documents: u32, titleTotal: u64, bodyTotal: u64): void {
  k1 = rankingK1();
  documentCount = <f64>documents;
  titleWeight = fieldWeight(0);
  titleA = 1.0 - fieldB(0);
  titleB = titleTotal == 0 ? 0.0 : fieldB(0) / averageLength(titleTotal);
  bodyWeight = fieldWeight(1);
  bodyA = 1.0 - fieldB(1);
  bodyB = bodyTotal == 0 ? 0.0 : fieldB(1) / averageLength(bodyTotal);
}

/** Mean length of a field whose lengths sum up to `total`; 0 without documents. */
export function averageLength(total: u64): f64 {
  return documentCount == 0 ? 0.0 : <f64>total / documentCount;
}

/** Inverse document frequency of a term that `df` of the documents hold. */
export function inverseFrequency(df: u32): f64 {
  const frequency = <f64>df;
  return ln(1.0 + (documentCount - frequency + 0.5) / (frequency + 0.5));
}

/** What a query's term weighs: how often the query holds it, times its inverse document frequency. */
export function termWeight(queryFrequency: u32, idf: f64): f64 {
  return <f64>queryFrequency * idf;
}

/** s(t, d), from 0 to 1: how much a document is about a term, by its frequencies in the fields and their lengths. */
export function saturation(titleTf: u32, bodyTf: u32, titleLength: u32, bodyLength: u32): f64 {
  let x: f64 = 0;
  if (titleTf != 0) x += (titleWeight * <f64>titleTf) / (titleA + titleB * <f64>titleLength);
  if (bodyTf != 0) x += (bodyWeight * <f64>bodyTf) / (bodyA + bodyB * <f64>bodyLength);
  return 1.0 - k1 / (k1 + x);
}

/** More than all roundings of a field's share of x together, which are three. */
const SLACK: f64 = 1.0 + 1.0 / 562949953421312.0;

/**
 * No less than s(t, d) of any document whose frequencies are at most, and whose lengths at least these. A field is as long as a term
 * is frequent in it: so a frequency t means a length of t, and t / (A + B t) doesn't shrink as t grows, but for rounding.
 */
export function saturationBound(titleTf: u32, bodyTf: u32, titleLength: u32, bodyLength: u32): f64 {
  let x: f64 = 0;
  if (titleTf != 0) x += (titleWeight * <f64>titleTf) / (titleA + titleB * <f64>max<u32>(titleTf, titleLength));
  if (bodyTf != 0) x += (bodyWeight * <f64>bodyTf) / (bodyA + bodyB * <f64>max<u32>(bodyTf, bodyLength));
  return 1.0 - k1 / (k1 + x * SLACK);
}

/** c(t, d): a term's contribution to a score. */
export function contribution(weight: f64, s: f64): i64 {
  return <i64>nearest<f64>(weight * s * SCORE_ONE);
}

/** Added to a number below 2^51 it leaves the nearest integer, ties to even, in the lower bits of its representation. */
const TO_INTEGER: f64 = 6755399441055744.0;
const MAX_FAST_WEIGHT: f64 = 524288.0;

/**
 * Contributions of a term to many documents: the same operations, two at a time. Frequencies and lengths are u32, of `bytes` bytes, the
 * results i64. Without `hasTitles` no document has the term in its title. Of an odd number, one more result is written.
 */
export function contribute(
  weight: f64,
  hasTitles: bool,
  titleTfs: usize,
  titleLengths: usize,
  bodyTfs: usize,
  bodyLengths: usize,
  bytes: u32,
  results: usize,
): void {
  // Without k1 a document may have no defined saturation, and the weight of a word said half a million times takes more bits.
  if (k1 == 0 || weight >= MAX_FAST_WEIGHT) {
    contributeOneByOne(weight, titleTfs, titleLengths, bodyTfs, bodyLengths, bytes, results);
    return;
  }
  const ones = f64x2.splat(1.0);
  const k1s = f64x2.splat(k1);
  const weights = f64x2.splat(weight);
  const scale = f64x2.splat(SCORE_ONE);
  const toInteger = f64x2.splat(TO_INTEGER);
  for (let at: usize = 0; at < <usize>bytes; at += 8) {
    let x = fieldShares(bodyTfs + at, bodyLengths + at, bodyWeight, bodyA, bodyB);
    if (hasTitles) x = f64x2.add(fieldShares(titleTfs + at, titleLengths + at, titleWeight, titleA, titleB), x);
    const s = f64x2.sub(ones, f64x2.div(k1s, f64x2.add(k1s, x)));
    const c = f64x2.add(f64x2.mul(f64x2.mul(weights, s), scale), toInteger);
    v128.store(results + (at << 1), i64x2.sub(c, toInteger));
  }
}

/** A field's shares of x for two documents; 0 where the frequency is. */
function fieldShares(tfs: usize, lengths: usize, weight: f64, a: f64, b: f64): v128 {
  const tf = f64x2.convert_low_i32x4_u(v128.load64_zero(tfs));
  const length = f64x2.convert_low_i32x4_u(v128.load64_zero(lengths));
  const divisor = f64x2.add(f64x2.splat(a), f64x2.mul(f64x2.splat(b), length));
  const share = f64x2.div(f64x2.mul(f64x2.splat(weight), tf), divisor);
  return v128.and(share, f64x2.gt(tf, f64x2.splat(0)));
}

function contributeOneByOne(
  weight: f64,
  titleTfs: usize,
  titleLengths: usize,
  bodyTfs: usize,
  bodyLengths: usize,
  bytes: u32,
  results: usize,
): void {
  for (let at: usize = 0; at < <usize>bytes; at += 4) {
    const s = saturation(
      load<u32>(titleTfs + at),
      load<u32>(bodyTfs + at),
      load<u32>(titleLengths + at),
      load<u32>(bodyLengths + at),
    );
    store<i64>(results + (at << 1), contribution(weight, s));
  }
}
