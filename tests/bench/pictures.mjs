// SPDX-License-Identifier: GPL-3.0-or-later
// Data sets of seeded pictures for the networks of random weights.
import fs from 'node:fs';
import path from 'node:path';
import { pictureTensor } from '../interop/inputs.mjs';
import { writeNpy } from '../interop/npy.mjs';

/** Path of a dataset file of `count` pictures of 224 x 224 in one array, made in `folder` when it is missing; all are for calibration. */
export function pictureDataset(folder, name, count, firstSeed) {
  const file = path.join(folder, `${name}.json`);
  if (fs.existsSync(file)) return file;
  const size = 3 * 224 * 224;
  const data = new Float32Array(count * size);
  for (let i = 0; i < count; ++i) data.set(pictureTensor([1, 3, 224, 224], -2, 2, firstSeed + i).data, i * size);
  writeNpy(path.join(folder, `${name}.npy`), { dtype: 'float32', shape: [count, 3, 224, 224], data });
  fs.writeFileSync(file, JSON.stringify({ input: '*', type: 'npy', path: `${name}.npy`, calibration: { range: [0, count] } }));
  return file;
}
