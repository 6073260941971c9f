// SPDX-License-Identifier: GPL-3.0-or-later
// Well-known networks with seeded random weights, written as the usual exporters write them (batch norms folded, layer
// normalization and GELU in their parts). What they compute is meaningless; what it costs is not.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModelBuilder } from '../interop/onnx.mjs';

/** Names and weights of one network; values keep their sizes from layer to layer as after He initialization. */
class Network {
  constructor(name) {
    this.model = new ModelBuilder({ opset: 13, name });
    this.count = 0;
    this.state = 0x9e3779b9;
  }

  /** Uniform numbers with the given standard deviation, from xorshift32. */
  weights(shape, deviation) {
    const data = new Float32Array(shape.reduce((n, d) => n * d, 1));
    const scale = (deviation * Math.sqrt(12)) / 4294967296;
    let x = this.state;
    for (let i = 0; i < data.length; ++i) {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      data[i] = ((x >>> 0) - 2147483648) * scale;
    }
    this.state = x;
    return this.model.constant(`w${++this.count}`, { dtype: 'float32', shape, data });
  }

  filled(shape, value) {
    const data = new Float32Array(shape.reduce((n, d) => n * d, 1)).fill(value);
    return this.model.constant(`c${++this.count}`, { dtype: 'float32', shape, data });
  }

  integers(values) {
    return this.model.constant(`i${++this.count}`, { dtype: 'int64', shape: [values.length], data: values });
  }

  node(type, inputs, attributes = {}) {
    return this.model.node(type, inputs, [`${type.toLowerCase()}_${++this.count}`], attributes);
  }

  conv(x, inputs, outputs, size, { stride = 1, pad = size >> 1, groups = 1 } = {}) {
    const fan = (inputs / groups) * size * size;
    const weight = this.weights([outputs, inputs / groups, size, size], Math.sqrt(2 / fan));
    return this.node('Conv', [x, weight, this.weights([outputs], 0.01)], {
      kernel_shape: [size, size], strides: [stride, stride], pads: [pad, pad, pad, pad], dilations: [1, 1], group: groups,
    });
  }

  relu(x) {
    return this.node('Relu', [x]);
  }

  linear(x, inputs, outputs) {
    return this.node('Gemm', [x, this.weights([outputs, inputs], Math.sqrt(1 / inputs)), this.weights([outputs], 0.01)], { transB: 1 });
  }

  finish(output, shape) {
    this.model.output(output, 'float32', shape);
    return this.model.bytes();
  }
}

function resnet50() {
  const net = new Network('resnet50');
  let x = net.relu(net.conv(net.model.input('image', 'float32', [1, 3, 224, 224]), 3, 64, 7, { stride: 2 }));
  x = net.node('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
  let channels = 64;
  for (const [width, blocks, firstStride] of [[64, 3, 1], [128, 4, 2], [256, 6, 2], [512, 3, 2]]) {
    for (let block = 0; block < blocks; ++block) {
      const stride = block === 0 ? firstStride : 1;
      const shortcut = block === 0 ? net.conv(x, channels, 4 * width, 1, { stride }) : x;
      const a = net.relu(net.conv(x, channels, width, 1));
      const b = net.relu(net.conv(a, width, width, 3, { stride }));
      x = net.relu(net.node('Add', [net.conv(b, width, 4 * width, 1), shortcut]));
      channels = 4 * width;
    }
  }
  const pooled = net.node('Flatten', [net.node('GlobalAveragePool', [x])], { axis: 1 });
  return net.finish(net.linear(pooled, channels, 1000), [1, 1000]);
}

function mobilenetV2() {
  const net = new Network('mobilenet_v2');
  const bounds = [net.model.scalar('zero', 'float32', 0), net.model.scalar('six', 'float32', 6)];
  const relu6 = (x) => net.node('Clip', [x, ...bounds]);
  let x = relu6(net.conv(net.model.input('image', 'float32', [1, 3, 224, 224]), 3, 32, 3, { stride: 2 }));
  let channels = 32;
  for (const [factor, outputs, blocks, firstStride] of
    [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]]) {
    for (let block = 0; block < blocks; ++block) {
      const stride = block === 0 ? firstStride : 1;
      const wide = channels * factor;
      const expanded = factor === 1 ? x : relu6(net.conv(x, channels, wide, 1));
      const mixed = relu6(net.conv(expanded, wide, wide, 3, { stride, groups: wide }));
      const narrow = net.conv(mixed, wide, outputs, 1);
      x = stride === 1 && channels === outputs ? net.node('Add', [x, narrow]) : narrow;
      channels = outputs;
    }
  }
  x = relu6(net.conv(x, channels, 1280, 1));
  const pooled = net.node('Flatten', [net.node('GlobalAveragePool', [x])], { axis: 1 });
  return net.finish(net.linear(pooled, 1280, 1000), [1, 1000]);
}

function squeezenet() {
  const net = new Network('squeezenet1_1');
  const pool = (x) => net.node('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2] });
  let channels = 64;
  const fire = (x, squeeze, expand) => {
    const s = net.relu(net.conv(x, channels, squeeze, 1));
    channels = 2 * expand;
    return net.node('Concat', [net.relu(net.conv(s, squeeze, expand, 1)), net.relu(net.conv(s, squeeze, expand, 3))], { axis: 1 });
  };
  let x = pool(net.relu(net.conv(net.model.input('image', 'float32', [1, 3, 224, 224]), 3, 64, 3, { stride: 2, pad: 0 })));
  x = pool(fire(fire(x, 16, 64), 16, 64));
  x = pool(fire(fire(x, 32, 128), 32, 128));
  x = fire(fire(fire(fire(x, 48, 192), 48, 192), 64, 256), 64, 256);
  x = net.relu(net.conv(x, 512, 1000, 1));
  return net.finish(net.node('Flatten', [net.node('GlobalAveragePool', [x])], { axis: 1 }), [1, 1000]);
}

/** A layer normalization over the last axis as exporters wrote it before opset 17. */
function layerNorm(net, x, width) {
  const centred = net.node('Sub', [x, net.node('ReduceMean', [x], { axes: [-1], keepdims: 1 })]);
  const squares = net.node('Pow', [centred, net.filled([], 2)]);
  const variance = net.node('Add', [net.node('ReduceMean', [squares], { axes: [-1], keepdims: 1 }), net.filled([], 1e-12)]);
  const normal = net.node('Div', [centred, net.node('Sqrt', [variance])]);
  return net.node('Add', [net.node('Mul', [normal, net.filled([width], 1)]), net.filled([width], 0)]);
}

function gelu(net, x) {
  const inner = net.node('Add', [net.node('Erf', [net.node('Div', [x, net.filled([], Math.SQRT2)])]), net.filled([], 1)]);
  return net.node('Mul', [net.node('Mul', [x, inner]), net.filled([], 0.5)]);
}

/** BERT-base without its embeddings: 12 layers, 768 wide, 12 heads, 128 positions. */
function bertBase() {
  const [tokens, width, heads, layers] = [128, 768, 12, 12];
  const depth = width / heads;
  const net = new Network('bert_base_encoder');
  const dense = (x, inputs, outputs) =>
    net.node('Add', [net.node('MatMul', [x, net.weights([inputs, outputs], Math.sqrt(1 / inputs))]), net.weights([outputs], 0.01)]);
  const split = (x, perm) => net.node('Transpose', [net.node('Reshape', [x, net.integers([1, tokens, heads, depth])])], { perm });
  let x = net.model.input('hidden', 'float32', [1, tokens, width]);
  for (let layer = 0; layer < layers; ++layer) {
    const query = split(dense(x, width, width), [0, 2, 1, 3]);
    const key = split(dense(x, width, width), [0, 2, 3, 1]);
    const value = split(dense(x, width, width), [0, 2, 1, 3]);
    const scores = net.node('Div', [net.node('MatMul', [query, key]), net.filled([], Math.sqrt(depth))]);
    const mixed = net.node('MatMul', [net.node('Softmax', [scores], { axis: -1 }), value]);
    const joined = net.node('Reshape', [net.node('Transpose', [mixed], { perm: [0, 2, 1, 3] }), net.integers([1, tokens, width])]);
    x = layerNorm(net, net.node('Add', [dense(joined, width, width), x]), width);
    x = layerNorm(net, net.node('Add', [dense(gelu(net, dense(x, width, 4 * width)), 4 * width, width), x]), width);
  }
  return net.finish(x, [1, tokens, width]);
}

export const NETWORKS = { resnet50, mobilenet_v2: mobilenetV2, squeezenet1_1: squeezenet, bert_base_encoder: bertBase };

/** Path of the network's file in `folder`, made there when it is missing or this script is newer. */
export function networkFile(name, folder) {
  const file = path.join(folder, `${name}.onnx`);
  const written = fs.statSync(fileURLToPath(import.meta.url)).mtimeMs;
  if (fs.existsSync(file) && fs.statSync(file).mtimeMs > written) return file;
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(`${file}.part`, NETWORKS[name]());
  fs.renameSync(`${file}.part`, file);
  return file;
}
