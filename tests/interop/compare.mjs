// SPDX-License-Identifier: GPL-3.0-or-later
// How far two tensors are apart.
import { asNumbers, elementCount } from './npy.mjs';

/** Largest difference (absolute, and relative to B's largest magnitude), share of equal elements, SQNR of A against B. */
export function compareTensors(a, b) {
  if (elementCount(a.shape) !== elementCount(b.shape)) throw new Error(`shapes [${a.shape}] and [${b.shape}] differ in size`);
  const [x, y] = [asNumbers(a), asNumbers(b)];
  let [maxAbs, largest, equal, signal, noise, at] = [0, 0, 0, 0, 0, -1];
  for (let i = 0; i < x.length; ++i) {
    const difference = Object.is(x[i], y[i]) || x[i] === y[i] ? 0 : Math.abs(x[i] - y[i]);
    if (difference === 0 || (Number.isNaN(x[i]) && Number.isNaN(y[i]))) ++equal;
    else if (!(difference <= maxAbs)) [maxAbs, at] = [difference, i];
    if (Math.abs(y[i]) > largest) largest = Math.abs(y[i]);
    signal += y[i] * y[i];
    noise += difference * difference;
  }
  const sqnrDb = noise === 0 ? null : 10 * Math.log10(signal / noise);
  return {
    elements: x.length, maxAbs, maxAbsAt: at, largest, maxRelative: largest > 0 ? maxAbs / largest : maxAbs,
    equal, equalShare: x.length ? equal / x.length : 1, sqnrDb, exact: noise === 0,
    sameShape: a.shape.join('x') === b.shape.join('x'), sameType: a.dtype === b.dtype,
  };
}

/** Index of the largest element of each row. */
export function top1({ shape, data }) {
  const rows = shape[0];
  const size = data.length / rows;
  return Array.from({ length: rows }, (_, r) => {
    let best = 0;
    for (let i = 1; i < size; ++i) if (data[r * size + i] > data[r * size + best]) best = i;
    return best;
  });
}

/** Share of rows whose largest element is at the same place. */
export function top1Agreement(a, b) {
  const [x, y] = [top1(a), top1(b)];
  return x.filter((v, i) => v === y[i]).length / x.length;
}
