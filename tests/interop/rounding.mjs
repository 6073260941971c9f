// SPDX-License-Identifier: GPL-3.0-or-later
// The peer's arithmetic for one quantized layer, in plain JavaScript: what it computes from codes and grids, operation by
// operation in float32. tst_rounding.mjs holds the peer against it; README.md lists the same formulas in words.
import { roundHalfEven } from './npy.mjs';

const f = Math.fround;

/** Least and largest code of an integer type. */
export function codeRange(dtype) {
  const [, unsigned, bits] = /^(u?)int(\d+)$/.exec(dtype);
  const n = Number(bits);
  return unsigned ? [0, 2 ** n - 1] : [-(2 ** (n - 1)), 2 ** (n - 1) - 1];
}

const clamp = (v, low, high) => Math.min(Math.max(v, low), high);

/** a*b + c with one rounding to float32. */
export function fma(a, b, c) {
  const product = a * b; // exact: 24 + 24 bits
  const sum = product + c;
  const high = sum - product;
  const error = (product - (sum - high)) + (c - high);
  if (error === 0 || !Number.isFinite(sum)) return f(sum);
  // Round to odd in double, so that the second rounding sees which side the exact sum is on.
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, sum);
  const bits = view.getBigUint64(0);
  if ((bits & 1n) === 1n) return f(sum);
  const away = (error > 0) === (sum > 0);
  view.setBigUint64(0, away ? bits + 1n : bits - 1n);
  return f(view.getFloat64(0));
}

/** QuantizeLinear: divide in float32, round half to even, add the zero-point, saturate. */
export function quantize(value, scale, zeroPoint, dtype) {
  const [low, high] = codeRange(dtype);
  return clamp(roundHalfEven(f(f(value) / f(scale))) + zeroPoint, low, high);
}

/** DequantizeLinear in float32. */
export const dequantize = (code, scale, zeroPoint) => f(f(code - zeroPoint) * f(scale));

/** Requantization of an int32 accumulator: QLinearConv, QGemm, QLinearMatMul. `multiplier` is float32(float32(sx*sw)/sy). */
export function requantize(accumulator, multiplier, zeroPoint, dtype) {
  const [low, high] = codeRange(dtype);
  const scaled = f(f(accumulator) * f(multiplier));
  return roundHalfEven(clamp(scaled, low - zeroPoint, high - zeroPoint)) + zeroPoint;
}

/** The multiplier of `requantize`. */
export const multiplier = (sx, sw, sy) => f(f(f(sx) * f(sw)) / f(sy));

/** QLinearAdd: both products are fused multiply-adds onto one constant; the zero-point is inside, so it is rounded with. */
export function addParameters(a, b, y) {
  const ratioA = f(f(a.scale) / f(y.scale));
  const ratioB = f(f(b.scale) / f(y.scale));
  const fixed = f(y.zeroPoint - fma(ratioA, a.zeroPoint, f(ratioB * b.zeroPoint)));
  return { ratioA, ratioB, fixed };
}

/** One element of QLinearAdd. */
export function add(qa, qb, { ratioA, ratioB, fixed }, dtype) {
  const [low, high] = codeRange(dtype);
  return clamp(roundHalfEven(fma(qa, ratioA, fma(qb, ratioB, fixed))), low, high);
}

/** One element of QLinearMul: no fused multiply-add; the zero-point is added before rounding. */
export function multiply(qa, qb, a, b, y, dtype) {
  const [low, high] = codeRange(dtype);
  const product = (qa - a.zeroPoint) * (qb - b.zeroPoint);
  return clamp(roundHalfEven(f(f(product * multiplier(a.scale, b.scale, y.scale)) + y.zeroPoint)), low, high);
}

/** QLinearGlobalAveragePool of one channel: `sum` of (code - zero-point) over `count` places. */
export const globalAverage = (sum, count, x, y, dtype) => requantize(sum, f(f(x.scale) / f(f(y.scale) * f(count))), y.zeroPoint, dtype);

/** QLinearAveragePool of one window: dequantized codes are summed in order, divided; zero-point added before rounding. */
export function averagePool(codes, count, x, y, dtype) {
  const [low, high] = codeRange(dtype);
  let sum = 0;
  for (const q of codes) sum = f(sum + dequantize(q, x.scale, x.zeroPoint));
  return clamp(roundHalfEven(f(f(f(sum / f(count)) / f(y.scale)) + y.zeroPoint)), low, high);
}

/** QLinearSigmoid, QLinearLeakyRelu, QLinearConcat (identity): dequantize, function in float32, quantize. */
export const lookup = (q, fn, x, y, dtype) => quantize(f(fn(dequantize(q, x.scale, x.zeroPoint))), y.scale, y.zeroPoint, dtype);

/** QLinearSoftmax of one row: a float32 table of exponentials, and 1/scale cut to a whole number. */
export function softmaxRow(codes, x, y, dtype) {
  const [low, high] = codeRange(dtype);
  const largest = 3.4028234663852886e38;
  const shift = Math.max(0, Math.log(f(largest / codes.length)) - 5) / f(x.scale);
  const most = codes.reduce((m, q) => Math.max(m, q), low);
  const exponentials = Array.from(codes, (q) => f(Math.exp((q - most + shift) * f(x.scale))));
  const sum = exponentials.reduce((s, e) => f(s + e), 0);
  const inverse = Math.floor(f(1 / f(y.scale)));
  return exponentials.map((e) => clamp(roundHalfEven(f(f(e * inverse) / sum)) + y.zeroPoint, low, high));
}

/** Float GlobalAveragePool of one channel, and AveragePool whose window is the whole unpadded image: four running sums side by side. */
export function literalGlobalAverage(values) {
  const lanes = [0, 0, 0, 0];
  const blocks = values.length - (values.length % 4);
  for (let i = 0; i < blocks; ++i) lanes[i % 4] = f(lanes[i % 4] + values[i]);
  let sum = f(f(lanes[0] + lanes[2]) + f(lanes[1] + lanes[3]));
  for (let i = blocks; i < values.length; ++i) sum = f(sum + values[i]);
  return f(sum / values.length);
}

/** Float AveragePool of one window, rows of values (0 for padding): by columns first where the horizontal stride is at most 2, else row by row. */
export function literalAverage(rows, count, strideWidth) {
  let sum = 0;
  if (strideWidth > 2) {
    for (const row of rows) for (const v of row) sum = f(sum + v);
  } else {
    for (let column = 0; column < rows[0].length; ++column) sum = f(sum + rows.reduce((s, row) => f(s + row[column]), 0));
  }
  return f(sum / count);
}
