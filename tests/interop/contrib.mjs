// SPDX-License-Identifier: GPL-3.0-or-later
// One small model for each operator of com.microsoft that is computed in float, with inputs.
import { ModelBuilder } from './onnx.mjs';
import { random, uniformTensor } from './inputs.mjs';

const domain = 'com.microsoft';
const values = (shape, seed, low = -1, high = 1) => uniformTensor(shape, low, high, seed);
const int32 = (shape, data) => ({ dtype: 'int32', shape, data: Int32Array.from(data) });
const int64 = (shape, data) => ({ dtype: 'int64', shape, data: BigInt64Array.from(data, BigInt) });
const bytes = (shape, seed) => {
  const next = random(seed);
  return { dtype: 'uint8', shape, data: Uint8Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => Math.floor(256 * next())) };
};

/** A model of one node. `inputs` are fed, `constants` are in the file; both by operand index; holes are omitted operands. */
function model(name, op, { inputs, constants = {}, attributes = {}, outputs = ['float32'], opDomain = domain }) {
  const builder = new ModelBuilder({ opset: 17, name, domains: { [domain]: 1 } });
  const last = Math.max(...Object.keys(inputs).map(Number), ...Object.keys(constants).map(Number));
  const operands = Array.from({ length: last + 1 }, () => '');
  const feeds = {};
  for (const [i, tensor] of Object.entries(inputs)) {
    operands[i] = builder.input(`x${i}`, tensor.dtype, tensor.shape);
    feeds[`x${i}`] = tensor;
  }
  for (const [i, tensor] of Object.entries(constants)) operands[i] = builder.constant(`c${i}`, tensor);
  const results = outputs.map((type, i) => (type ? builder.output(`y${i}`, type) : ''));
  builder.node(op, operands, results, attributes, opDomain);
  return { name, bytes: builder.bytes(), inputs: feeds };
}

const conv = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
const image = values([1, 4, 6, 6], 1);
const kernel = values([5, 4, 3, 3], 2);

function fused() {
  return [
    model('FusedConv relu', 'FusedConv', { inputs: { 0: image }, constants: { 1: kernel, 2: values([5], 3) }, attributes: { ...conv, activation: 'Relu' } }),
    model('FusedConv clip', 'FusedConv', { inputs: { 0: image }, constants: { 1: kernel }, attributes: { ...conv, activation: 'Clip', activation_params: { floats: [-0.5, 0.75] } } }),
    model('FusedConv leaky', 'FusedConv', { inputs: { 0: image }, constants: { 1: kernel }, attributes: { ...conv, activation: 'LeakyRelu', activation_params: { floats: [0.125] } } }),
    model('FusedConv hard sigmoid', 'FusedConv', { inputs: { 0: image }, constants: { 1: kernel }, attributes: { ...conv, activation: 'HardSigmoid', activation_params: { floats: [0.25, 0.5] } } }),
    model('FusedConv sum relu', 'FusedConv', { inputs: { 0: image, 3: values([1, 5, 6, 6], 4) }, constants: { 1: kernel, 2: values([5], 3) }, attributes: { ...conv, activation: 'Relu' } }),
    model('FusedGemm leaky', 'FusedGemm', { inputs: { 0: values([3, 8], 5) }, constants: { 1: values([5, 8], 6), 2: values([5], 7) }, attributes: { transB: 1, alpha: { float: 0.5 }, activation: 'LeakyRelu', activation_alpha: { float: 0.25 } } }),
    model('FusedMatMul', 'FusedMatMul', { inputs: { 0: values([2, 8, 3], 8), 1: values([2, 5, 8], 9) }, attributes: { transA: 1, transB: 1, alpha: { float: 0.25 } } }),
    model('FusedMatMul batches', 'FusedMatMul', { inputs: { 0: values([3, 2, 4, 8], 8), 1: values([2, 4, 8, 5], 9) }, attributes: { transBatchA: 1 } }),
    model('FusedMatMul batches and rows', 'FusedMatMul', { inputs: { 0: values([8, 2, 4, 3], 8), 1: values([2, 4, 8, 5], 9) }, attributes: { transBatchA: 1, transA: 1 } }),
    model('TransposeMatMul', 'TransposeMatMul', { inputs: { 0: values([8, 3], 8), 1: values([8, 5], 9) }, attributes: { transA: 1 } }),
    model('BiasGelu', 'BiasGelu', { inputs: { 0: values([2, 3, 8], 10, -4, 4) }, constants: { 1: values([8], 11) } }),
    model('FastGelu', 'FastGelu', { inputs: { 0: values([2, 3, 8], 10, -4, 4) } }),
    model('FastGelu bias', 'FastGelu', { inputs: { 0: values([2, 3, 8], 10, -4, 4) }, constants: { 1: values([8], 11) } }),
    model('QuickGelu', 'QuickGelu', { inputs: { 0: values([2, 3, 8], 10, -4, 4) }, attributes: { alpha: { float: 1.5 } } }),
    model('Gelu', 'Gelu', { inputs: { 0: values([2, 3, 8], 10, -4, 4) } }),
  ];
}

function normalizations() {
  const [x, skip, gamma, beta, bias] = [values([2, 3, 16], 20), values([2, 3, 16], 21), values([16], 22), values([16], 23), values([16], 24)];
  const ids = int64([2, 3], [1, 4, 2, 0, 3, 4]);
  const tokens = { 0: int32([2, 3], ids.data.map ? Array.from(ids.data, Number) : []), 1: int32([2, 3], [0, 0, 1, 0, 1, 1]) };
  const tables = { 2: values([5, 16], 25), 3: values([7, 16], 26), 4: values([2, 16], 27), 5: gamma, 6: beta };
  return [
    model('SkipLayerNormalization', 'SkipLayerNormalization', { inputs: { 0: x, 1: skip }, constants: { 2: gamma, 3: beta, 4: bias }, outputs: ['float32', '', '', 'float32'], attributes: { epsilon: { float: 1e-5 } } }),
    model('SkipLayerNormalization plain', 'SkipLayerNormalization', { inputs: { 0: x, 1: skip }, constants: { 2: gamma } }),
    model('SkipSimplifiedLayerNormalization', 'SkipSimplifiedLayerNormalization', { inputs: { 0: x, 1: skip }, constants: { 2: gamma, 3: bias }, outputs: ['float32', '', '', 'float32'], attributes: { epsilon: { float: 1e-6 } } }),
    model('SimplifiedLayerNormalization', 'SimplifiedLayerNormalization', { inputs: { 0: x }, constants: { 1: gamma }, opDomain: '' }),
    model('EmbedLayerNormalization', 'EmbedLayerNormalization', { inputs: { ...tokens, 7: int32([2, 3], [1, 1, 0, 1, 1, 1]) }, constants: tables, outputs: ['float32', 'int32'] }),
    model('EmbedLayerNormalization positions', 'EmbedLayerNormalization', { inputs: { ...tokens, 8: int32([2, 3], [6, 0, 2, 1, 1, 5]) }, constants: tables, outputs: ['float32', 'int32', 'float32'] }),
  ];
}

function attentions() {
  const x = values([2, 5, 16], 30);
  const weights = { 1: values([16, 48], 31), 2: values([48], 32) };
  const past = values([2, 2, 4, 3, 4], 33);
  const make = (name, inputs, attributes = {}, outputs = ['float32'], constants = weights) =>
    model(`Attention ${name}`, 'Attention', { inputs: { 0: x, ...inputs }, constants, attributes: { num_heads: 4, ...attributes }, outputs });
  const multi = (name, inputs, attributes = {}, outputs = ['float32']) =>
    model(`MultiHeadAttention ${name}`, 'MultiHeadAttention', { inputs: { 0: x, 1: values([2, 7, 16], 34), 2: values([2, 7, 24], 35), ...inputs }, attributes: { num_heads: 4, ...attributes }, outputs });
  return [
    make('plain', {}),
    make('mask', { 3: int32([2, 5], [1, 1, 1, 0, 0, 1, 1, 1, 1, 0]) }),
    make('mask of every query', { 3: int32([2, 5, 5], Array.from({ length: 50 }, (_, i) => Number(i % 7 !== 3))) }),
    make('lengths', { 3: int32([2], [3, 5]) }),
    make('causal', {}, { unidirectional: 1 }),
    make('causal with mask', { 3: int32([2, 5], [1, 1, 1, 1, 0, 1, 1, 1, 1, 1]) }, { unidirectional: 1 }),
    make('past', { 4: past }, { unidirectional: 1 }, ['float32', 'float32']),
    make('bias', { 5: values([2, 4, 5, 5], 36) }, { scale: { float: 0.25 } }),
    make('widths', {}, { qkv_hidden_sizes: [16, 16, 8] }, ['float32'], { 1: values([16, 40], 37), 2: values([40], 38) }),
    multi('plain', {}),
    multi('bias', { 3: values([56], 39) }),
    multi('padding', { 4: int32([2, 7], [1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1]) }),
    multi('attention bias', { 5: values([1, 4, 5, 7], 40) }, { scale: { float: 0.3 } }),
    model('MultiHeadAttention past', 'MultiHeadAttention', {
      inputs: { 0: x, 1: values([2, 5, 16], 41), 2: values([2, 5, 16], 42), 6: values([2, 4, 3, 4], 43), 7: values([2, 4, 3, 4], 44) },
      attributes: { num_heads: 4, unidirectional: 1 }, outputs: ['float32', 'float32', 'float32'],
    }),
  ];
}

function rotations() {
  const [cosine, sine] = [values([9, 4], 50), values([9, 4], 51)];
  const make = (name, x, positions, attributes = {}) =>
    model(`RotaryEmbedding ${name}`, 'RotaryEmbedding', { inputs: { 0: x, 1: positions }, constants: { 2: cosine, 3: sine }, attributes });
  const everywhere = int64([2, 3], [0, 1, 2, 4, 5, 8]);
  return [
    make('rows', values([2, 3, 16], 52), everywhere),
    make('offset', values([2, 3, 16], 52), int64([1], [3])),
    make('heads', values([2, 2, 3, 8], 53), everywhere),
    make('interleaved', values([2, 3, 16], 54), everywhere, { interleaved: 1 }),
    make('part of a head', values([2, 3, 32], 55), everywhere, { num_heads: 2, rotary_embedding_dim: 8 }),
  ];
}

function fewBits() {
  const make = (name, { k, n, bits = 4, block = 32, zeros = false, bias = false }) => {
    const blocks = Math.ceil(k / block);
    const constants = { 1: bytes([n, blocks, (block * bits) / 8], 60), 2: values([n * blocks], 61, 0.01, 0.1) };
    if (zeros) constants[3] = bytes([n * Math.ceil((blocks * bits) / 8)], 62);
    if (bias) constants[5] = values([n], 63);
    return model(`MatMulNBits ${name}`, 'MatMulNBits', { inputs: { 0: values([2, 3, k], 64) }, constants, attributes: { K: k, N: n, bits, block_size: block } });
  };
  return [
    make('4', { k: 64, n: 8 }),
    make('4 with zero-points', { k: 96, n: 8, zeros: true }),
    make('4, part of a block', { k: 72, n: 8, zeros: true, bias: true }),
    make('8', { k: 64, n: 8, bits: 8, zeros: true }),
    make('blocks of 16', { k: 64, n: 16, block: 16 }),
  ];
}

export const CONTRIB_MODELS = [...fused(), ...normalizations(), ...attentions(), ...rotations(), ...fewBits()];
