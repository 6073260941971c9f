#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// One quantized layer at a time, exported by us and fed the same codes: our simulated and integer runs against the peer's level
// `all`, our literal run against `basic`. At least 99.99 % of the elements are equal, the rest one step off; with 16-bit
// activations 99 %: the peer has no 16-bit kernels and sums in float32, whose rounding (2^-24 of the sum for each of K
// products) is no longer small against a step of 2^-16 of the range.
import fs from 'node:fs';
import path from 'node:path';
import { Report, cli, cliOrSkip, peerOrSkip } from './check.mjs';
import { LAYERS, writeLayer } from './layers.mjs';
import { outputScale } from './onnx.mjs';
import { runOurs, runPeer, stepDifferences, withFolder } from './ours.mjs';
import { loadReport } from './ort.mjs';

const SETTINGS = [
  { name: 'w8a8', args: ['--weights', 'int8', '--activations', 'uint8'] },
  { name: 'w4a8', args: ['--weights', 'int4', '--activations', 'uint8'] },
  { name: 'w8a4', args: ['--weights', 'int8', '--activations', 'uint4'] },
  { name: 'w8s8', args: ['--weights', 'int8', '--activations', 'int8'] },
  { name: 'w4a8 packed', args: ['--weights', 'int4', '--activations', 'uint8', '--packed'] },
  { name: 'w8a16 packed', args: ['--weights', 'int8', '--activations', 'uint16', '--packed'], equalShare: 0.99 },
];
const EQUAL_SHARE = 0.9999;
const PAIRS = [{ precision: 'simulated', level: 'all' }, { precision: 'integer', level: 'all' }, { precision: 'literal', level: 'basic' }];

const ort = peerOrSkip();
const program = cliOrSkip();
const report = new Report();
const wanted = process.argv.slice(2);

async function compareRuns(name, exported, inputs, wholeLayer, equalShare) {
  const bytes = fs.readFileSync(exported);
  for (const { precision, level } of PAIRS) {
    const theirs = Object.entries(await runPeer(ort, exported, inputs, level));
    const ours = runOurs(program, exported, inputs, { precision });
    for (const [output, expected] of theirs) {
      const step = outputScale(bytes, output);
      const label = `${name} ${precision} against ${level}`;
      if (step === null) {
        report.check(label, wholeLayer, 'the output carries no grid');
        continue;
      }
      const d = stepDifferences(ours[output], expected, step);
      report.check(label, d.equal / d.elements >= equalShare && d.more === 0, `${d.elements - d.equal} of ${d.elements} differ, at most ${d.largest} steps`);
    }
  }
}

for (const layer of LAYERS.filter((l) => wanted.length === 0 || wanted.includes(l.name))) {
  await withFolder(async (dir) => {
    const { model, dataset, inputs } = writeLayer(layer, dir);
    for (const [i, setting] of SETTINGS.entries()) {
      const name = `${layer.name} ${setting.name}`;
      await report.guard(name, async () => {
        const exported = path.join(dir, `q${i}.onnx`);
        cli(program, ['quantize', model, '--data', dataset, '-o', exported, ...setting.args, '--granularity', 'channel', '--method', 'minmax']);
        const loaded = await loadReport(ort, exported);
        const refused = Object.entries(loaded.levels).filter(([, l]) => !l.ok).map(([l, r]) => `${l}: ${r.error}`);
        if (!report.check(`${name} loads`, loaded.ok, refused.join('; '))) return;
        await compareRuns(name, exported, inputs, layer.name === 'softmax', setting.equalShare ?? EQUAL_SHARE);
      });
    }
  });
}
report.finish();
