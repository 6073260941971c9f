// SPDX-License-Identifier: GPL-3.0-or-later
// Builds small float-in, float-out QDQ models the way an exporter would, for the interop table.
import { ModelBuilder } from './onnx.mjs';
import { random } from './inputs.mjs';
import { codeRange } from './rounding.mjs';

const IMAGE = [1, 8, 6, 6];
const MATRIX = [4, 16];

/** Weighted operators: input, weight shape, weight axis, attributes. */
const WEIGHTED = {
  Conv: { input: IMAGE, weight: [8, 8, 3, 3], axis: 0, attributes: { pads: [1, 1, 1, 1] } },
  'Conv depthwise': { input: IMAGE, weight: [8, 1, 3, 3], axis: 0, attributes: { pads: [1, 1, 1, 1], group: 8 } },
  'Conv + Relu': { input: IMAGE, weight: [8, 8, 3, 3], axis: 0, attributes: { pads: [1, 1, 1, 1] }, relu: true },
  ConvTranspose: { input: IMAGE, weight: [8, 8, 3, 3], axis: 1, attributes: { pads: [1, 1, 1, 1] } },
  Gemm: { input: MATRIX, weight: [8, 16], axis: 0, attributes: { transB: 1 } },
  MatMul: { input: MATRIX, weight: [16, 8], axis: 1, attributes: {}, noBias: true },
};

/** Operators without weights. `scale`: output scale relative to the input's; null = the same grid. */
const WEIGHTLESS = {
  Add: { input: MATRIX, second: true, scale: 1.6 },
  Mul: { input: MATRIX, second: true, scale: 1.6 },
  Concat: { input: MATRIX, second: true, attributes: { axis: 1 }, scale: 1.1 },
  Sigmoid: { input: MATRIX, output: [0, 1] },
  Softmax: { input: MATRIX, attributes: { axis: -1 }, output: [0, 1] },
  Relu: { input: MATRIX, scale: 1.1 },
  LeakyRelu: { input: MATRIX, scale: 1.1 },
  HardSwish: { input: MATRIX, scale: 1.1, opset: 14 },
  AveragePool: { input: IMAGE, attributes: { kernel_shape: [2, 2] }, scale: 0.7 },
  GlobalAveragePool: { input: IMAGE, scale: 0.5 },
  MaxPool: { input: IMAGE, attributes: { kernel_shape: [2, 2] }, scale: null },
  'Resize nearest': { input: IMAGE, extra: { dtype: 'float32', shape: [4], data: [1, 1, 2, 2] }, skip: 1, scale: null },
  Reshape: { input: MATRIX, extra: { dtype: 'int64', shape: [2], data: [8, 8] }, scale: null },
  Transpose: { input: MATRIX, attributes: { perm: [1, 0] }, scale: null },
};

export const WEIGHTED_OPS = Object.keys(WEIGHTED);
export const WEIGHTLESS_OPS = Object.keys(WEIGHTLESS);

const bitsOf = (dtype) => Number(/\d+/.exec(dtype)[0]);

/** The zero-point in the middle of a type's codes. */
function middle(dtype) {
  const [low, high] = codeRange(dtype);
  return Math.floor((low + high + 1) / 2);
}

/** Q -> [Clip of the codes] -> DQ around `from`. grid: {dtype, scale, zeroPoint, clip?: [low, high], domain?}. */
export function addPoint(model, from, name, { dtype, scale, zeroPoint, clip, domain = '' }) {
  model.scalar(`${name}_scale`, 'float32', scale);
  model.scalar(`${name}_zero`, dtype, zeroPoint);
  let codes = model.node('QuantizeLinear', [from, `${name}_scale`, `${name}_zero`], [`${name}_codes`], {}, domain);
  if (clip) {
    model.scalar(`${name}_low`, dtype, clip[0]);
    model.scalar(`${name}_high`, dtype, clip[1]);
    codes = model.node('Clip', [codes, `${name}_low`, `${name}_high`], [`${name}_clipped`]);
  }
  return model.node('DequantizeLinear', [codes, `${name}_scale`, `${name}_zero`], [`${name}_real`], {}, domain);
}

/** The activation grid of a type or of a container: `bits` < 8 in uint8 is {container: 'uint8', bits}. */
function activationGrid({ activations, containerBits, domain }, scale) {
  if (!containerBits) return { dtype: activations, scale, zeroPoint: middle(activations), domain };
  return { dtype: activations, scale, zeroPoint: 2 ** (containerBits - 1), clip: [0, 2 ** containerBits - 1], domain };
}

function addWeight(model, trial, spec, inputScale) {
  const { weights, perChannel, domain = '' } = trial;
  const next = random(5);
  const channels = 8;
  const [low, high] = codeRange(weights);
  const data = Array.from({ length: spec.weight.reduce((n, d) => n * d, 1) }, () => Math.max(low + Math.floor(next() * (high - low + 1)), low === 0 ? 0 : -high));
  const count = perChannel ? channels : 1;
  const scales = Array.from({ length: count }, () => Math.fround((0.3 + next() * 0.4) / 2 ** (bitsOf(weights) - 1)));
  const shape = perChannel ? [count] : [];
  model.constant('w', { dtype: weights, shape: spec.weight, data });
  model.constant('w_scale', { dtype: 'float32', shape, data: scales });
  model.constant('w_zero', { dtype: weights, shape, data: scales.map(() => (low === 0 ? middle(weights) : 0)) });
  const inputs = [model.node('DequantizeLinear', ['w', 'w_scale', 'w_zero'], ['w_real'], perChannel ? { axis: spec.axis } : {}, domain)];
  if (spec.noBias) return inputs;
  model.constant('b', { dtype: 'int32', shape: [channels], data: Array.from({ length: channels }, () => Math.floor((next() - 0.5) * 100)) });
  model.constant('b_scale', { dtype: 'float32', shape, data: scales.map((s) => Math.fround(Math.fround(inputScale) * s)) });
  return [...inputs, model.node('DequantizeLinear', ['b', 'b_scale'], ['b_real'], perChannel ? { axis: 0 } : {})];
}

/**
 * A model of one operator between Q/DQ pairs. trial: {op, activations, weights?, perChannel?, containerBits?, opset, domain?}.
 * Returns {bytes, inputs: {name: shape}}.
 */
export function pointModel(trial) {
  const spec = WEIGHTED[trial.op] ?? WEIGHTLESS[trial.op];
  const opset = Math.max(trial.opset, spec.opset ?? 0);
  const model = new ModelBuilder({ opset, domains: trial.domain ? { [trial.domain]: 1 } : {} });
  const bits = trial.containerBits ?? bitsOf(trial.activations);
  const scale = 4 / 2 ** (bits - 1);
  const inputs = { x: spec.input };
  model.input('x', 'float32', spec.input);
  const operands = [addPoint(model, 'x', 'x', activationGrid(trial, scale))];
  if (spec.second) {
    inputs.z = spec.input;
    operands.push(addPoint(model, model.input('z', 'float32', spec.input), 'z', activationGrid(trial, scale * 0.7)));
  }
  if (spec.weight) operands.push(...addWeight(model, trial, spec, scale));
  if (spec.extra) operands.push(...(spec.skip ? [''] : []), model.constant('extra', spec.extra));
  let result = model.node(trial.op.split(' ')[0], operands, ['result'], spec.attributes ?? {});
  if (spec.relu) result = model.node('Relu', [result], ['clamped']);
  const outputScale = spec.output ? 2 / 2 ** bits : spec.weight ? scale * 4 : scale * (spec.scale ?? 1);
  const real = addPoint(model, result, 'y', activationGrid(trial, outputScale));
  model.node('Identity', [real], ['out']);
  model.output('out', 'float32');
  return { bytes: model.bytes(), inputs, outputScale };
}
