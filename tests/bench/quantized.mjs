// SPDX-License-Identifier: GPL-3.0-or-later
// The convolutional networks of random weights as QDQ models of 8 bits, made by our own program.
import fs from 'node:fs';
import path from 'node:path';
import { cli } from '../interop/check.mjs';
import { networkFile } from './networks.mjs';
import { pictureDataset } from './pictures.mjs';

export const QUANTIZED_NETWORKS = ['resnet50', 'mobilenet_v2', 'squeezenet1_1'];

const SAMPLES = 8;

/** Path of the quantized network in `folder`, made anew when the program or the network is newer: weights per channel. */
export function quantizedFile(program, name, folder) {
  const model = networkFile(name, folder), file = path.join(folder, `${name}_int8_qdq.onnx`);
  const newest = Math.max(...[program, model].map((source) => fs.statSync(source).mtimeMs));
  if (fs.existsSync(file) && fs.statSync(file).mtimeMs > newest) return file;
  cli(program, ['quantize', model, '--data', pictureDataset(folder, 'few_pictures', SAMPLES, 500), '-o', file, '--weights', 'int8', '--granularity', 'channel', '--activations', 'uint8', '--method', 'minmax']);
  return file;
}
