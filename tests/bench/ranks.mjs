// SPDX-License-Identifier: GPL-3.0-or-later
// Rank correlation.

/** Ranks from 1 up; equal values share the mean of theirs. */
export function ranksOf(values) {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] < values[b] ? -1 : values[a] > values[b] ? 1 : 0));
  const ranks = new Array(values.length);
  for (let first = 0; first < order.length;) {
    let end = first;
    while (end < order.length && values[order[end]] === values[order[first]]) ++end;
    for (let i = first; i < end; ++i) ranks[order[i]] = (first + 1 + end) / 2;
    first = end;
  }
  return ranks;
}

/** Spearman's rank correlation: that of the ranks; not a number where one side is the same throughout. */
export function spearman(a, b) {
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const mean = (a.length + 1) / 2;
  let xy = 0, xx = 0, yy = 0;
  for (let i = 0; i < a.length; ++i) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) ** 2;
    yy += (y[i] - mean) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}
