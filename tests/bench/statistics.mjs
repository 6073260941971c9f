// SPDX-License-Identifier: GPL-3.0-or-later
// What statistics cost: calibrating MobileNetV2 on images that are decoded already, against plain inference of as many.
import fs from 'node:fs';
import path from 'node:path';
import { cli } from '../interop/check.mjs';
import { pictureTensor } from '../interop/inputs.mjs';
import { writeNpy } from '../interop/npy.mjs';
import { median, ourBlock } from './timing.mjs';

const IMAGES = 256;

/** A dataset file of pictures in one array. */
function dataset(folder) {
  const file = path.join(folder, 'pictures.json');
  if (fs.existsSync(file)) return file;
  const size = 3 * 224 * 224;
  const data = new Float32Array(IMAGES * size);
  for (let i = 0; i < IMAGES; ++i) data.set(pictureTensor([1, 3, 224, 224], -2, 2, 100 + i).data, i * size);
  writeNpy(path.join(folder, 'pictures.npy'), { dtype: 'float32', shape: [IMAGES, 3, 224, 224], data });
  fs.writeFileSync(file, JSON.stringify({ input: '*', type: 'npy', path: 'pictures.npy', calibration: { range: [0, IMAGES] } }));
  return file;
}

/** Seconds of statistics with every element and with a quarter in histograms over seconds of plain inference, one worker. */
export function statisticsCost(program, model, folder, rounds) {
  const data = dataset(folder);
  const project = path.join(folder, 'statistics.lathe');
  const calibrate = (share) => {
    fs.rmSync(project, { force: true });
    return cli(program, ['calibrate', model, '--data', data, '-o', project, '--histogram-share', String(share)]).collectSeconds;
  };
  const [plain, all, quarter] = [[], [], []];
  for (let round = 0; round < rounds; ++round) {
    plain.push((ourBlock(program, model, { threads: 1, repeat: IMAGES, warmup: 3, precision: 'float' }).timesMs).reduce((s, t) => s + t, 0) / 1000);
    all.push(calibrate(1));
    quarter.push(calibrate(4));
  }
  const figure = (values) => ({ minSeconds: Math.min(...values), medianSeconds: median(values) });
  const result = { images: IMAGES, plain: figure(plain), everyElement: figure(all), aQuarter: figure(quarter) };
  for (const key of ['everyElement', 'aQuarter']) {
    result[key].ratio = result[key].minSeconds / result.plain.minSeconds;
    result[key].medianRatio = result[key].medianSeconds / result.plain.medianSeconds;
  }
  return result;
}
