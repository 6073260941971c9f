#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Holds the peer's fused kernels against the formulas of rounding.mjs: every element must be equal.
// Scales are chosen so that ties and saturation occur. Our simulated run follows the same formulas.
import { Report, peerOrSkip } from './check.mjs';
import { normal, random } from './inputs.mjs';
import { island, runIsland } from './islands.mjs';
import * as rounding from './rounding.mjs';

const ort = peerOrSkip();
const report = new Report();
const ARRAYS = { uint8: Uint8Array, int8: Int8Array };

function codes(dtype, count, seed) {
  const next = random(seed);
  const [low, high] = rounding.codeRange(dtype);
  return ARRAYS[dtype].from({ length: count }, () => low + Math.floor(next() * (high - low + 1)));
}

const everyCode = (dtype) => ARRAYS[dtype].from({ length: 256 }, (_, i) => rounding.codeRange(dtype)[0] + i);
const shifted = (dtype, zeroPoint) => (dtype === 'int8' ? zeroPoint - 128 : zeroPoint);

/** Runs an island; at level `all` it must have become `kernel`; it must give `expected`. */
async function holds(name, bytes, feeds, kernel, expected, level = 'all') {
  await report.guard(name, async () => {
    const { y, types } = await runIsland(ort, bytes, feeds, level);
    const differing = expected.reduce((n, v, i) => n + (v === y.data[i] ? 0 : 1), 0);
    const at = expected.findIndex((v, i) => v !== y.data[i]);
    const detail = differing ? `${differing} of ${expected.length} differ, first at ${at}: peer ${y.data[at]}, formula ${expected[at]}` : '';
    report.check(name, differing === 0 && types.some((t) => t.endsWith(kernel)), detail || types.join(' '));
  });
}

function convolutionSums({ X, W, B, C, O, H, k, groups, zx, zw }) {
  const [perGroup, pad, sums] = [C / groups, k >> 1, []];
  for (let o = 0; o < O; ++o) {
    const first = Math.floor(o / (O / groups)) * perGroup;
    for (let y = 0; y < H; ++y) {
      for (let x = 0; x < H; ++x) {
        let sum = B[o];
        for (let c = 0; c < perGroup; ++c) {
          for (let i = 0; i < k * k; ++i) {
            const [row, column] = [y + Math.floor(i / k) - pad, x + (i % k) - pad];
            if (row < 0 || column < 0 || row >= H || column >= H) continue;
            sum += (X[((first + c) * H + row) * H + column] - zx) * (W[(o * perGroup + c) * k * k + i] - zw);
          }
        }
        sums.push(sum);
      }
    }
  }
  return sums;
}

async function convolution({ C, O, H, k, groups = 1, weights = 'int8', perChannel = true, ties = false }) {
  const next = random(C * 31 + k);
  const [zx, zy, zw] = [113, 131, weights === 'uint8' ? 128 : 0];
  const sx = ties ? 0.5 : 0.02345;
  const sy = ties ? 16 : 0.0228 * Math.sqrt((C / groups) * k * k);
  const sw = Float32Array.from({ length: perChannel ? O : 1 }, () => (ties ? 0.25 : 0.002 + 0.01 * next()));
  const X = codes('uint8', C * H * H, 11);
  const W = codes(weights, (O * C * k * k) / groups, 3).map((v) => (weights === 'int8' ? Math.max(v, -127) : v));
  const B = Int32Array.from({ length: O }, () => Math.floor((next() - 0.5) * 20000));
  const expected = convolutionSums({ X, W, B, C, O, H, k, groups, zx, zw })
    .map((sum, i) => rounding.requantize(sum, rounding.multiplier(sx, sw[perChannel ? Math.floor(i / (H * H)) : 0], sy), zy, 'uint8'));
  const axis = perChannel ? 0 : undefined;
  const list = (values) => (perChannel ? Array.from(values) : values[0]);
  const bytes = island({
    op: 'Conv',
    attributes: { kernel_shape: [k, k], pads: [k >> 1, k >> 1, k >> 1, k >> 1], group: groups },
    inputs: [
      { dtype: 'uint8', shape: [1, C, H, H], scale: sx, zeroPoint: zx },
      { dtype: weights, shape: [O, C / groups, k, k], scale: list(sw), zeroPoint: list(sw.map(() => zw)), axis, data: W },
      { dtype: 'int32', shape: [O], scale: list(sw.map((s) => Math.fround(Math.fround(sx) * s))), zeroPoint: null, axis, data: B },
    ],
    output: { dtype: 'uint8', scale: sy, zeroPoint: zy },
  });
  const name = `conv ${k}x${k} ${C}->${O} groups ${groups} ${weights} ${perChannel ? 'per channel' : 'per tensor'}${ties ? ' ties' : ''}`;
  await holds(name, bytes, { x0: { dtype: 'uint8', shape: [1, C, H, H], data: X } }, 'QLinearConv', expected);
}

async function product(op, perChannel, floatOutput) {
  const [M, K, N, sx, sy, zx, zy] = [7, 50, 33, 0.0371, 0.73, 111, 127];
  const next = random(3);
  const X = codes('uint8', M * K, 5);
  const W = codes('int8', K * N, 6).map((v) => Math.max(v, -127));
  const B = Int32Array.from({ length: N }, () => (op === 'Gemm' ? Math.floor((next() - 0.5) * 30000) : 0));
  const sw = Float32Array.from({ length: perChannel ? N : 1 }, () => 0.003 + 0.01 * next());
  const scaleOf = (i) => sw[perChannel ? i % N : 0];
  const sums = Array.from({ length: M * N }, (_, i) => {
    let sum = B[i % N];
    for (let k = 0; k < K; ++k) sum += (X[Math.floor(i / N) * K + k] - zx) * W[k * N + (i % N)];
    return sum;
  });
  const list = (values) => (perChannel ? Array.from(values) : values[0]);
  const inputs = [
    { dtype: 'uint8', shape: [M, K], scale: sx, zeroPoint: zx },
    { dtype: 'int8', shape: [K, N], scale: list(sw), zeroPoint: list(sw.map(() => 0)), axis: perChannel ? 1 : undefined, data: W },
  ];
  if (op === 'Gemm') {
    const scale = list(sw.map((s) => Math.fround(Math.fround(sx) * s)));
    inputs.push({ dtype: 'int32', shape: [N], scale, zeroPoint: null, axis: perChannel ? 0 : undefined, data: B });
  }
  const bytes = island({ op, attributes: op === 'Gemm' ? { beta: { float: 1 } } : {}, inputs, output: floatOutput ? null : { dtype: 'uint8', scale: sy, zeroPoint: zy } });
  const expected = floatOutput
    ? sums.map((s, i) => Math.fround(Math.fround(s) * Math.fround(Math.fround(sx) * scaleOf(i))))
    : sums.map((s, i) => rounding.requantize(s, rounding.multiplier(sx, scaleOf(i), sy), zy, 'uint8'));
  const kernel = op === 'Gemm' ? 'QGemm' : floatOutput ? 'MatMulIntegerToFloat' : 'QLinearMatMul';
  const name = `${op} ${perChannel ? 'per channel' : 'per tensor'}${floatOutput ? ' float output' : ''}`;
  await holds(name, bytes, { x0: { dtype: 'uint8', shape: [M, K], data: X } }, kernel, expected);
}

/** Every pair of codes, for Add and Mul, on random and on tie-making grids. */
async function pairs(op, dtype, seed) {
  const next = random(seed);
  const pick = () => ({ scale: Math.fround(Math.exp(-6 + 4 * next())), zeroPoint: shifted(dtype, Math.floor(next() * 256)) });
  let [a, b, y] = [pick(), pick(), { zeroPoint: shifted(dtype, 131) }];
  y.scale = Math.fround(op === 'Add' ? (a.scale + b.scale) * (0.5 + next() / 2) : a.scale * b.scale * 100);
  if (seed === 0) [a, b, y] = [{ scale: 0.5, zeroPoint: shifted(dtype, 3) }, { scale: 0.25, zeroPoint: shifted(dtype, 5) }, { scale: op === 'Add' ? 1 : 16, zeroPoint: shifted(dtype, 131) }];
  const every = everyCode(dtype);
  const left = ARRAYS[dtype].from({ length: 65536 }, (_, i) => every[i >> 8]);
  const right = ARRAYS[dtype].from({ length: 65536 }, (_, i) => every[i & 255]);
  const point = { dtype, shape: [65536] };
  const bytes = island({ op, inputs: [{ ...point, ...a }, { ...point, ...b }], output: { dtype, ...y } });
  const parameters = rounding.addParameters(a, b, y);
  const expected = Array.from(left, (q, i) => (op === 'Add'
    ? rounding.add(q, right[i], parameters, dtype)
    : rounding.multiply(q, right[i], a, b, y, dtype)));
  const kernel = `QLinear${op}`;
  await holds(`${op} ${dtype} grid ${seed}`, bytes, { x0: { ...point, data: left }, x1: { ...point, data: right } }, kernel, expected);
}

async function globalAverage(dtype, H, tie) {
  const C = 500;
  const X = codes(dtype, C * H * H, H);
  const x = { scale: tie ? 0.5 : 0.0471, zeroPoint: shifted(dtype, 128) };
  const y = { scale: tie ? 0.5 : 0.0113, zeroPoint: shifted(dtype, 131) };
  const expected = Array.from({ length: C }, (_, c) => {
    const sum = X.subarray(c * H * H, (c + 1) * H * H).reduce((s, q) => s + q - x.zeroPoint, 0);
    return rounding.globalAverage(sum, H * H, x, y, dtype);
  });
  const point = { dtype, shape: [1, C, H, H] };
  const bytes = island({ op: 'GlobalAveragePool', inputs: [{ ...point, ...x }], output: { dtype, ...y } });
  await holds(`GlobalAveragePool ${dtype} ${H}x${H}${tie ? ' ties' : ''}`, bytes, { x0: { ...point, data: X } }, 'QLinearGlobalAveragePool', expected);
}

async function averagePool(dtype, { k, stride, pad, includePad, x, y }) {
  const [C, H] = [16, 14];
  const X = codes(dtype, C * H * H, 9);
  const O = Math.floor((H + 2 * pad - k) / stride) + 1;
  const expected = [];
  for (let i = 0; i < C * O * O; ++i) {
    const [c, row, column] = [Math.floor(i / (O * O)), Math.floor(i / O) % O, i % O];
    const window = [];
    for (let j = 0; j < k * k; ++j) {
      const [r, q] = [row * stride + Math.floor(j / k) - pad, column * stride + (j % k) - pad];
      if (r >= 0 && q >= 0 && r < H && q < H) window.push(X[(c * H + r) * H + q]);
    }
    expected.push(rounding.averagePool(window, includePad ? k * k : window.length, x, y, dtype));
  }
  const point = { dtype, shape: [1, C, H, H] };
  const attributes = { kernel_shape: [k, k], strides: [stride, stride], pads: [pad, pad, pad, pad], count_include_pad: includePad ? 1 : 0 };
  const bytes = island({ op: 'AveragePool', attributes, inputs: [{ ...point, ...x }], output: { dtype, ...y } });
  await holds(`AveragePool ${dtype} ${k}x${k} stride ${stride} pad ${pad}${includePad ? ' counted' : ''}`, bytes, { x0: { ...point, data: X } }, 'QLinearAveragePool', expected);
}

async function unary(op, dtype, fn, x, y, attributes = {}) {
  const X = everyCode(dtype);
  const point = { dtype, shape: [1, 256] };
  const bytes = island({ op, attributes, inputs: [{ ...point, ...x }], output: { dtype, ...y } });
  await holds(`${op} ${dtype}`, bytes, { x0: { ...point, data: X } }, `QLinear${op}`, Array.from(X, (q) => rounding.lookup(q, fn, x, y, dtype)));
}

async function concat(dtype) {
  const X = everyCode(dtype);
  const grids = [[0.0471, 128], [0.031, 77], [0.05, 100]].map(([scale, z]) => ({ scale, zeroPoint: shifted(dtype, z) }));
  const y = grids[2];
  const point = { dtype, shape: [1, 256] };
  const bytes = island({ op: 'Concat', attributes: { axis: 1 }, inputs: grids.map((g) => ({ ...point, ...g })), output: { dtype, ...y } });
  const feeds = Object.fromEntries(grids.map((_, i) => [`x${i}`, { ...point, data: X }]));
  await holds(`Concat ${dtype}`, bytes, feeds, 'QLinearConcat', grids.flatMap((g) => Array.from(X, (q) => rounding.lookup(q, (v) => v, g, y, dtype))));
}

async function softmax(dtype, N, inputScale, outputScale) {
  const rows = 40;
  const draw = normal(random(N));
  const [low, high] = rounding.codeRange(dtype);
  const X = ARRAYS[dtype].from({ length: rows * N }, () => Math.min(Math.max(Math.round(draw() * 40 + (low + high) / 2), low), high));
  const x = { scale: inputScale, zeroPoint: shifted(dtype, 120) };
  const y = { scale: outputScale, zeroPoint: low };
  const point = { dtype, shape: [rows, N] };
  const bytes = island({ op: 'Softmax', attributes: { axis: -1 }, inputs: [{ ...point, ...x }], output: { dtype, ...y } });
  const expected = Array.from({ length: rows }, (_, r) => rounding.softmaxRow(X.subarray(r * N, (r + 1) * N), x, y, dtype)).flat();
  await holds(`Softmax ${dtype} ${N} classes`, bytes, { x0: { ...point, data: X } }, 'QLinearSoftmax', expected);
}

/** Float averages as `disabled` and `basic` compute them: the order of the additions decides ties. */
async function literalAverages({ H, k, stride, pad, global = false }) {
  const [C, x] = [16, { scale: 0.031, zeroPoint: 77 }];
  const X = codes('uint8', C * H * H, H);
  const O = global ? 1 : Math.floor((H + 2 * pad - k) / stride) + 1;
  const value = (c, row, column) => rounding.dequantize(X[(c * H + row) * H + column], x.scale, x.zeroPoint);
  const inside = (i) => i >= 0 && i < H;
  const expected = [];
  for (let i = 0; i < C * O * O; ++i) {
    const [c, top, left] = [Math.floor(i / (O * O)), (Math.floor(i / O) % O) * stride - pad, (i % O) * stride - pad];
    const at = (n, start) => Array.from({ length: n }, (_, j) => start + j);
    const rows = at(k, top).map((r) => at(k, left).map((q) => (inside(r) && inside(q) ? value(c, r, q) : 0)));
    const count = at(k, top).filter(inside).length * at(k, left).filter(inside).length;
    expected.push(k === H ? rounding.literalGlobalAverage(rows.flat()) : rounding.literalAverage(rows, count, stride));
  }
  const point = { dtype: 'uint8', shape: [1, C, H, H] };
  const op = global ? 'GlobalAveragePool' : 'AveragePool';
  const attributes = global ? {} : { kernel_shape: [k, k], strides: [stride, stride], pads: [pad, pad, pad, pad] };
  const bytes = island({ op, attributes, inputs: [{ ...point, ...x }], output: null });
  await holds(`literal ${op} ${k}x${k} of ${H}x${H} stride ${stride} pad ${pad}`, bytes, { x0: { ...point, data: X } }, op, expected, 'basic');
}

for (const perChannel of [true, false]) {
  for (const weights of ['int8', 'uint8']) {
    await convolution({ C: 16, O: 8, H: 12, k: 1, weights, perChannel });
    await convolution({ C: 3, O: 8, H: 13, k: 3, weights, perChannel });
    await convolution({ C: 16, O: 16, H: 13, k: 3, groups: 16, weights, perChannel });
  }
  for (const op of ['Gemm', 'MatMul']) for (const floatOutput of [false, true]) await product(op, perChannel, floatOutput);
}
await convolution({ C: 4, O: 4, H: 16, k: 1, ties: true });
for (const dtype of ['uint8', 'int8']) {
  for (const seed of [0, 1, 2, 3]) for (const op of ['Add', 'Mul']) await pairs(op, dtype, seed);
  for (const H of [2, 7]) for (const tie of [false, true]) await globalAverage(dtype, H, tie);
  const x = { scale: 0.5, zeroPoint: shifted(dtype, 3) };
  const y = { scale: 0.041, zeroPoint: shifted(dtype, 100) };
  await averagePool(dtype, { k: 2, stride: 2, pad: 0, includePad: false, x, y: x });
  await averagePool(dtype, { k: 3, stride: 1, pad: 1, includePad: false, x: { ...y, scale: 0.031 }, y: { ...y, scale: 0.031 } });
  await averagePool(dtype, { k: 3, stride: 2, pad: 1, includePad: true, x: { ...y, scale: 0.0471 }, y });
  await unary('Sigmoid', dtype, (v) => 1 / (1 + Math.exp(-v)), { scale: 0.0471, zeroPoint: shifted(dtype, 128) }, { scale: 1 / 256, zeroPoint: shifted(dtype, 0) });
  await unary('LeakyRelu', dtype, (v) => (v >= 0 ? v : Math.fround(0.1) * v), { scale: 0.0471, zeroPoint: shifted(dtype, 128) }, { scale: 0.031, zeroPoint: shifted(dtype, 60) }, { alpha: { float: 0.1 } });
  await concat(dtype);
  for (const scale of [1 / 256, 1 / 255, 1 / 300]) await softmax(dtype, 10, 0.03, scale);
  await softmax(dtype, 1000, 0.0931, 1 / 255);
}
for (const H of [2, 3, 7, 8, 13]) await literalAverages({ H, k: H, stride: 1, pad: 0, global: true });
await literalAverages({ H: 7, k: 7, stride: 1, pad: 0 });
for (const [k, stride, pad] of [[2, 2, 0], [3, 1, 1], [3, 2, 1], [5, 2, 2], [4, 3, 1], [7, 7, 0]]) await literalAverages({ H: 14, k, stride, pad });
report.finish();
