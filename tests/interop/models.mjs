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

/** Float models: file, relative tolerance, the k-th input. */
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
].map((m) => ({ tolerance: 1e-4, ...m }));

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
