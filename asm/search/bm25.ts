import { fieldB, fieldWeight, rankingK1 } from "../format/superblock";
import { ln } from "./logarithm";

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
