// SPDX-License-Identifier: GPL-3.0-or-later
// Small float models of one layer each, with data to calibrate them: what our quantizer is tried on, layer by layer.
import fs from 'node:fs';
import path from 'node:path';
import { normal, random } from './inputs.mjs';
import { writeNpy } from './npy.mjs';
import { ModelBuilder } from './onnx.mjs';

const MAP = [1, 16, 32, 32];
const ROWS = [64, 96];

function weight(model, name, shape, seed, spread) {
  const draw = normal(random(seed));
  const count = shape.reduce((n, d) => n * d, 1);
  return model.constant(name, { dtype: 'float32', shape, data: Float32Array.from({ length: count }, () => spread * draw()) });
}

const float = (model, name, value) => model.constant(name, { dtype: 'float32', shape: [], data: [value] });
const whole = (model, name, values) => model.constant(name, { dtype: 'int64', shape: [values.length], data: values });

function conv(attributes, shape, tail) {
  return (m, x) => {
    const weights = [weight(m, 'w', shape, 1, 0.2), weight(m, 'b', [shape[0]], 2, 0.5)];
    return tail ? tail(m, m.node('Conv', [x, ...weights], ['c'], attributes)) : m.node('Conv', [x, ...weights], ['y'], attributes);
  };
}

const PAD1 = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
const relu = (m, v) => m.node('Relu', [v], ['y']);
const relu6 = (m, v) => m.node('Clip', [v, float(m, 'low', 0), float(m, 'high', 6)], ['y']);
const unary = (type, attributes = {}) => (m, x) => m.node(type, [x], ['y'], attributes);

/** name, input shape, build(model, x, z) -> output; `second`: a second graph input z of that shape; `opset` if above 13. */
export const LAYERS = [
  { name: 'conv3x3', input: MAP, build: conv(PAD1, [24, 16, 3, 3]) },
  { name: 'conv1x1', input: MAP, build: conv({ kernel_shape: [1, 1] }, [24, 16, 1, 1]) },
  { name: 'conv_stride2', input: MAP, build: conv({ ...PAD1, strides: [2, 2] }, [64, 16, 3, 3]) },
  { name: 'conv_relu', input: MAP, build: conv(PAD1, [16, 16, 3, 3], relu) },
  { name: 'conv_relu6', input: MAP, build: conv(PAD1, [16, 16, 3, 3], relu6) },
  { name: 'conv_depthwise', input: MAP, build: conv({ ...PAD1, group: 16 }, [16, 1, 3, 3]) },
  { name: 'conv_grouped', input: MAP, build: conv({ ...PAD1, group: 4 }, [32, 4, 3, 3]) },
  { name: 'gemm', input: ROWS, build: (m, x) => m.node('Gemm', [x, weight(m, 'w', [160, 96], 1, 0.2), weight(m, 'b', [160], 2, 0.5)], ['y'], { transB: 1 }) },
  { name: 'gemm_plain', input: ROWS, build: (m, x) => m.node('Gemm', [x, weight(m, 'w', [96, 160], 1, 0.2), weight(m, 'b', [160], 2, 0.5)], ['y'], {}) },
  { name: 'matmul', input: ROWS, build: (m, x) => m.node('MatMul', [x, weight(m, 'w', [96, 160], 1, 0.2)], ['y']) },
  { name: 'matmul_activations', input: [1, 4, 32, 24], second: [1, 4, 24, 80], build: (m, x, z) => m.node('MatMul', [x, z], ['y']) },
  { name: 'add', input: MAP, second: MAP, build: (m, x, z) => m.node('Add', [x, z], ['y']) },
  { name: 'add_broadcast', input: MAP, second: [1, 16, 1, 1], build: (m, x, z) => m.node('Add', [x, z], ['y']) },
  { name: 'mul', input: MAP, second: MAP, build: (m, x, z) => m.node('Mul', [x, z], ['y']) },
  { name: 'mul_gate', input: MAP, second: [1, 16, 1, 1], build: (m, x, z) => m.node('Mul', [x, z], ['y']) },
  { name: 'concat', input: MAP, second: MAP, build: (m, x, z) => m.node('Concat', [x, z], ['y'], { axis: 1 }) },
  { name: 'average_pool', input: MAP, build: unary('AveragePool', { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] }) },
  { name: 'global_average_pool', input: [1, 10240, 7, 7], build: unary('GlobalAveragePool') },
  { name: 'max_pool', input: MAP, build: unary('MaxPool', { kernel_shape: [2, 2], strides: [1, 1] }) },
  { name: 'relu', input: MAP, build: unary('Relu') },
  { name: 'clip', input: MAP, build: relu6 },
  { name: 'leaky_relu', input: MAP, build: unary('LeakyRelu', { alpha: { float: 0.1 } }) },
  { name: 'sigmoid', input: MAP, build: unary('Sigmoid') },
  { name: 'hard_sigmoid', input: MAP, build: unary('HardSigmoid', { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }) },
  { name: 'hard_swish', input: MAP, opset: 14, build: unary('HardSwish') },
  { name: 'softmax', input: [256, 40], build: unary('Softmax', { axis: -1 }) },
  { name: 'resize_nearest', input: [1, 16, 16, 16], build: (m, x) => m.node('Resize', [x, '', m.constant('scales', { dtype: 'float32', shape: [4], data: [1, 1, 2, 2] })], ['y'], { mode: 'nearest' }) },
  { name: 'transpose', input: MAP, build: unary('Transpose', { perm: [0, 2, 3, 1] }) },
  { name: 'reshape', input: MAP, build: (m, x) => m.node('Reshape', [x, whole(m, 'shape', [1, 256, 64])], ['y']) },
];

function values(shape, seed) {
  const draw = normal(random(seed));
  const size = shape.reduce((n, d) => n * d, 1);
  return { dtype: 'float32', shape, data: Float32Array.from({ length: size }, () => 1.5 * draw() + 0.4) };
}

/** Writes MODEL.onnx, its calibration data and dataset file into `dir`. Returns {model, dataset, inputs: {name: tensor}}. */
export function writeLayer(layer, dir) {
  fs.mkdirSync(dir, { recursive: true });
  const model = new ModelBuilder({ opset: layer.opset ?? 13, name: layer.name });
  const shapes = { x: layer.input, ...(layer.second ? { z: layer.second } : {}) };
  for (const [name, shape] of Object.entries(shapes)) model.input(name, 'float32', shape);
  layer.build(model, 'x', 'z');
  model.output('y', 'float32', layer.outputShape);
  const file = path.join(dir, `${layer.name}.onnx`);
  fs.writeFileSync(file, model.bytes());
  return { model: file, ...writeData(layer, shapes, dir) };
}

/** Calibration samples on a new first axis; a sample has the input's own shape, less a leading 1. */
function writeData(layer, shapes, dir) {
  const count = 3;
  const streams = Object.entries(shapes).map(([name, shape], i) => {
    const file = `${layer.name}.${name}.npy`;
    const batched = shape[0] === 1;
    writeNpy(path.join(dir, file), values([count, ...(batched ? shape.slice(1) : shape)], 40 + i));
    return { input: name, type: 'npy', path: file, preprocess: batched ? [] : [{ reshape: shape }] };
  });
  const split = { calibration: { range: [0, 2] }, validation: { range: [2, count] }, metric: 'agreement' };
  const content = streams.length === 1 ? { ...streams[0], ...split } : { inputs: streams, ...split };
  const dataset = path.join(dir, `${layer.name}.json`);
  fs.writeFileSync(dataset, JSON.stringify(content));
  return { dataset, inputs: Object.fromEntries(Object.entries(shapes).map(([name, shape], i) => [name, values(shape, 60 + i)])) };
}

/** A small network of convolutions, a residual addition, pooling and a linear head, with data. Returns as writeLayer. */
export function writeNetwork(dir) {
  return writeLayer({
    name: 'network',
    input: [1, 8, 16, 16],
    build: (m, x) => {
      const layer = (name, input, shape, attributes) => m.node('Relu', [m.node('Conv', [input, weight(m, `${name}_w`, shape, shape[0], 0.25), weight(m, `${name}_b`, [shape[0]], 9, 0.3)], [`${name}_c`], attributes)], [name]);
      const first = layer('first', x, [16, 8, 3, 3], PAD1);
      const depthwise = layer('depthwise', first, [16, 1, 3, 3], { ...PAD1, group: 16 });
      const pointwise = layer('pointwise', depthwise, [16, 16, 1, 1], { kernel_shape: [1, 1] });
      const sum = m.node('Add', [first, pointwise], ['sum']);
      const pooled = m.node('MaxPool', [sum], ['pooled'], { kernel_shape: [2, 2], strides: [2, 2] });
      const flat = m.node('Flatten', [m.node('GlobalAveragePool', [pooled], ['average'])], ['flat'], { axis: 1 });
      return m.node('Gemm', [flat, weight(m, 'head_w', [10, 16], 5, 0.3), weight(m, 'head_b', [10], 6, 0.3)], ['y'], { transB: 1 });
    },
  }, dir);
}
