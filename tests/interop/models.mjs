// SPDX-License-Identifier: GPL-3.0-or-later
// The asset models that must agree with the peer, with inputs that suit them.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { pictureTensor, uniformTensor } from './inputs.mjs';
import { readNpy } from './npy.mjs';
import { repoDir } from './peer.mjs';

/** The shared test material; null where it is missing. */
export function assetsDir() {
  const dir = path.join(process.env.LATHE_SHARED_DIR ?? path.join(repoDir, '../shared'), 'assets');
  return fs.existsSync(path.join(dir, 'models')) ? dir : null;
}

const picture = (shape, low, high) => (assets, i) => pictureTensor(shape, low, high, 1000 + i);
const uniform = (shape, low, high) => (assets, i) => uniformTensor(shape, low, high, 2000 + i);

function rowOf(file, shape) {
  return (assets, i) => {
    const all = readNpy(path.join(assets, file));
    const size = shape.reduce((n, d) => n * d, 1);
    return { dtype: 'float32', shape, data: all.data.slice(i * size, (i + 1) * size) };
  };
}

function mnistDigit(assets, i) {
  const bytes = zlib.gunzipSync(fs.readFileSync(path.join(assets, 'data/mnist/t10k-images-idx3-ubyte.gz')));
  return { dtype: 'float32', shape: [1, 1, 28, 28], data: Float32Array.from(bytes.subarray(16 + i * 784, 16 + (i + 1) * 784)) };
}

const mfcc = rowOf('data/kws_mfcc/features.npy', [1, 1, 49, 10]);
const window640 = rowOf('data/ad01/windows.npy', [1, 640]);
const cifar = picture([1, 3, 32, 32], 0, 255);
const cifarNormal = picture([1, 3, 32, 32], -2, 2.2);
const imagenet = picture([1, 3, 224, 224], -1, 1);
const squeezenet = picture([1, 3, 227, 227], -120, 130);

/** 16-bit samples of a mono WAV file as numbers in [-1, 1). */
function wavSamples(file) {
  const bytes = fs.readFileSync(file);
  let at = 12;
  while (bytes.toString('latin1', at, at + 4) !== 'data') at += 8 + bytes.readUInt32LE(at + 4);
  return Float32Array.from({ length: bytes.readUInt32LE(at + 4) / 2 }, (_, i) => bytes.readInt16LE(at + 8 + 2 * i) / 32768);
}

/** `length` samples of a recording, starting at the i-th multiple of `hop`, as a tensor of `shape`. */
function audio(file, shape, hop, start = 0) {
  const size = shape.reduce((n, d) => n * d, 1);
  return (assets, i) => ({ dtype: 'float32', shape, data: wavSamples(path.join(assets, 'data/audio', file)).slice(start + i * hop, start + i * hop + size) });
}

const zeros = (shape) => ({ dtype: 'float32', shape, data: new Float32Array(shape.reduce((n, d) => n * d, 1)) });
const rate = (hertz) => () => ({ dtype: 'int64', shape: [], data: BigInt64Array.of(BigInt(hertz)) });

/** The i-th row of an array file, as elements of another type. */
function rowAs(file, shape, dtype, Array) {
  return (assets, i) => {
    const all = readNpy(path.join(assets, file));
    const size = shape.reduce((n, d) => n * d, 1);
    const convert = Array === BigInt64Array ? BigInt : Number;
    return { dtype, shape, data: Array.from(all.data.slice(i * size, (i + 1) * size), convert) };
  };
}

/** A few words as bytes or numbers of tokens. */
function text(shape, dtype, Array) {
  const words = 'the quick brown fox jumps over the lazy dog and this is a test of how sentences are split ';
  const convert = Array === BigInt64Array ? BigInt : Number;
  return (assets, i) => ({ dtype, shape, data: Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, k) => convert(words.charCodeAt((k + 7 * i) % words.length))) });
}

const voice = { inputs: { input: audio('silero_test.wav', [1, 576], 512, 16000), state: () => zeros([2, 1, 128]), sr: rate(16000) }, state: { state: 'stateN' }, steps: 6 };
const light = picture([1, 3, 224, 224], -120, 130);

/**
 * Float models: file, relative tolerance, the peer's level, the k-th input (of the only one) or those of all by name. `state`: the input that an
 * output becomes for the next of `steps` steps. `timingShapes`: of inputs whose shapes the file leaves open, for timing (where all integers are 0
 * or 1: with both such sampling rates the voice detectors take their 8 kHz branch, which wants windows of 256 + 32).
 */
export const FLOAT_MODELS = [
  { file: 'hello_world_sine.onnx', input: uniform([1, 1], 0, 6.28) },
  { file: 'mnist_cnn_cntk_op8.onnx', input: mnistDigit },
  { file: 'kws_ds_cnn.onnx', input: mfcc },
  { file: 'vww_mobilenet_v1_025_96.onnx', input: picture([1, 3, 96, 96], 0, 1) },
  { file: 'ad01_toycar_autoencoder.onnx', input: window640 },
  { file: 'resnet8_cifar10.onnx', input: cifar },
  { file: 'resnet20_cifar10.onnx', input: cifarNormal },
  { file: 'external_data/single/resnet20_cifar10_ext.onnx', input: cifarNormal },
  { file: 'external_data/multi/resnet20_cifar10_multi.onnx', input: cifarNormal },
  { file: 'squeezenet1.1.onnx', input: squeezenet },
  { file: 'squeezenet1.1_fp16.onnx', input: squeezenet, tolerance: 1e-3 },
  { file: 'mobilenet_v2_1.0_224_dequantized.onnx', input: imagenet },
  { file: 'ultraface_rfb320.onnx', input: picture([1, 3, 240, 320], -1, 1) },
  { file: 'yunet_n_320.onnx', input: picture([1, 3, 320, 320], 0, 255) },
  { file: 'super_resolution_x3.onnx', input: picture([1, 1, 224, 224], 0, 1) },
  { file: 'portrait_unet_prisma256.onnx', input: picture([1, 3, 256, 256], 0, 1) },
  { file: 'yolox_nano.onnx', input: picture([1, 3, 416, 416], 0, 255) },
  { file: 'mnist_lstm.onnx', input: (assets, i) => { const digit = mnistDigit(assets, i); return { ...digit, shape: [1, 28, 28], data: digit.data.map((v) => v / 255) }; } },
  { file: 'silero_vad.onnx', ...voice, timingShapes: { input: [1, 288], state: [2, 1, 128] } },
  { file: 'silero_vad_16k_op15.onnx', ...voice, timingShapes: { input: [1, 576], state: [2, 1, 128] } },
  { file: 'silero_vad_op18_ifless.onnx', ...voice, timingShapes: { input: [1, 288], state: [2, 1, 128] } },
  { file: 'dtln_model_1.onnx', inputs: { input_2: uniform([1, 1, 257], 0, 3), input_3: () => zeros([1, 2, 128, 2]) }, state: { input_3: 'tf_op_layer_stack_2' }, steps: 4 },
  { file: 'dtln_model_2.onnx', inputs: { input_4: audio('noisy_mix.wav', [1, 1, 512], 128, 16000), input_5: () => zeros([1, 2, 128, 2]) }, state: { input_5: 'tf_op_layer_stack_5' }, steps: 4 },
  // Logarithms of tiny numbers: the peer's own levels are 1.4e-4 apart here, so the one with its fastest kernels is taken.
  { file: 'basic_pitch_nmp.onnx', level: 'all', input: audio('vocadito_10.wav', [1, 43844, 1], 36164) },
  { file: 'kwt1_keyword_transformer.onnx', input: audio('silero_test.wav', [1, 16000], 16000, 16000) },
  { file: 'gpt_nano_sort.onnx', input: rowAs('data/gpt_sort/idx.npy', [1, 11], 'int64', BigInt64Array) },
  { file: 'magika_v3_3.onnx', input: rowAs('data/magika/features.npy', [1, 2048], 'int32', Int32Array) },
  { file: 'nnsplit_en.onnx', input: text([2, 100], 'uint8', Uint8Array), timingShapes: { input: [2, 100] } },
  { file: 'structural/tiny_bert_untrained.onnx', inputs: { input_ids: text([2, 12], 'int64', BigInt64Array), attention_mask: () => ({ dtype: 'int64', shape: [2, 12], data: BigInt64Array.from({ length: 24 }, (_, i) => (i < 20 ? 1n : 0n)) }) } },
  ...['bvlc_alexnet', 'densenet121', 'inception_v1', 'inception_v2', 'resnet50', 'shufflenet', 'squeezenet', 'vgg19', 'zfnet512'].map((name) => ({ file: `structural/light_${name}.onnx`, input: light })),
].map((m) => ({ tolerance: 1e-4, ...m }));

/**
 * Models again, with inputs that take another branch. Silero's: any rate but 16000 is taken for 8000, whose windows are half as long; longer ones
 * it refuses, in the peer too.
 */
export const OTHER_BRANCHES = [
  { file: 'silero_vad.onnx', tolerance: 1e-4, ...voice, inputs: { ...voice.inputs, input: audio('silero_test.wav', [1, 288], 256, 16000), sr: rate(8000) } },
];

/** Models that are quantized already. */
export const QUANTIZED_MODELS = [
  { file: 'quantized/resnet8_cifar10_int8_qdq.onnx', input: cifar },
  { file: 'quantized/kws_ds_cnn_int8_qdq.onnx', input: mfcc },
  { file: 'quantized/vww_int8_qdq.onnx', input: picture([1, 3, 96, 96], 0, 1) },
  { file: 'quantized/ad01_int8_qdq.onnx', input: window640 },
  { file: 'quantized/mobilenet_v2_1.0_224_int8_qdq.onnx', input: imagenet },
  { file: 'quantized/shufflenet_v2_int8_qoperator.onnx', input: picture([1, 3, 224, 224], -2, 2.2) },
  { file: 'quantized/portrait_prisma_int8_qdq.onnx', input: picture([1, 3, 256, 256], 0, 1) },
];

/** Shapes by input name to time a model file with: those that the file leaves open. */
export function timingShapes(model) {
  return FLOAT_MODELS.find((m) => path.basename(m.file) === path.basename(model))?.timingShapes ?? {};
}
