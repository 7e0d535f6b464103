const WORDS = `
  a about also am an and ani are aren as at be becaus been both but by can could couldn did didn do doe doesn done
  each either for from had hadn has hasn have he her here him his how i if in into is isn it just may me might
  must my nor of on or our shall she should shouldn so some such than that the their them then there these they
  this those to too upon veri was wasn we were weren what when where whi which who whom whose will with would
  wouldn you your
`;

/** Stop words of the analyzer `english`, as terms (text-analysis.md, part 8). */
export const STOP_WORDS: ReadonlySet<string> = new Set(WORDS.trim().split(/\s+/));
