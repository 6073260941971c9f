// SPDX-License-Identifier: GPL-3.0-or-later
// The convolutional networks of random weights as QDQ models of 8 bits, made by our own program.
import fs from 'node:fs';
import path from 'node:path';
import { cli } from '../interop/check.mjs';
import { pictureTensor } from '../interop/inputs.mjs';
import { writeNpy } from '../interop/npy.mjs';
import { networkFile } from './networks.mjs';

export const QUANTIZED_NETWORKS = ['resnet50', 'mobilenet_v2', 'squeezenet1_1'];

const SAMPLES = 8;

/** A dataset file of a few pictures, beside their array. */
function dataset(folder) {
  const file = path.join(folder, 'few_pictures.json');
  if (fs.existsSync(file)) return file;
  const size = 3 * 224 * 224;
  const data = new Float32Array(SAMPLES * size);
  for (let i = 0; i < SAMPLES; ++i) data.set(pictureTensor([1, 3, 224, 224], -2, 2, 500 + i).data, i * size);
  writeNpy(path.join(folder, 'few_pictures.npy'), { dtype: 'float32', shape: [SAMPLES, 3, 224, 224], data });
  fs.writeFileSync(file, JSON.stringify({ input: '*', type: 'npy', path: 'few_pictures.npy', calibration: { range: [0, SAMPLES] } }));
  return file;
}

/** Path of the quantized network in `folder`, made anew when the program or the network is newer: weights per channel. */
export function quantizedFile(program, name, folder) {
  const model = networkFile(name, folder), file = path.join(folder, `${name}_int8_qdq.onnx`);
  const newest = Math.max(...[program, model].map((source) => fs.statSync(source).mtimeMs));
  if (fs.existsSync(file) && fs.statSync(file).mtimeMs > newest) return file;
  cli(program, ['quantize', model, '--data', dataset(folder), '-o', file, '--weights', 'int8', '--granularity', 'channel', '--activations', 'uint8', '--method', 'minmax']);
  return file;
}
