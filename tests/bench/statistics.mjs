// SPDX-License-Identifier: GPL-3.0-or-later
// What statistics cost: calibrating MobileNetV2 on images that are decoded already, against plain inference of as many.
import fs from 'node:fs';
import path from 'node:path';
import { cli } from '../interop/check.mjs';
import { pictureDataset } from './pictures.mjs';
import { median, ourBlock } from './timing.mjs';

const IMAGES = 256;

/** Seconds of statistics with every element and with a quarter in histograms over seconds of plain inference, one worker. */
export function statisticsCost(program, model, folder, rounds) {
  const data = pictureDataset(folder, 'pictures', IMAGES, 100);
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
