#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// What `sensitivity` costs over what it must: every cell runs what follows its layer, on every sample of the probe. Writes
// sensitivity.md and sensitivity.json.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { cliPath } from '../interop/check.mjs';
import { assetsDir } from '../interop/models.mjs';
import { repoDir } from '../interop/peer.mjs';

const USAGE = `usage: sensitivity.mjs [MODEL ...] [--samples 16] [--out build/bench]
Models are names in the shared test material that have a dataset file there. Exit status 1 where figures differ between 1 and 2
workers.`;
const MODELS = ['resnet20_cifar10', 'mobilenet_v2_1.0_224_dequantized', 'squeezenet1.1', 'kwt1_keyword_transformer'];
const BITS = '2,3,4,6,8';

function run(threads, ...words) {
  const args = [...words, '--json', '--quiet', '--threads', String(threads)];
  return JSON.parse(execFileSync(cliPath(), args, { maxBuffer: 2 ** 28, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
}

/** Seconds of the sweep over cells times the seconds of a whole pass times the model's mean suffix. */
function overhead({ seconds, cells, fullForwardSeconds, meanSuffix }) {
  return seconds / (cells.length * fullForwardSeconds * meanSuffix);
}

function measure(name, folder, samples) {
  const project = path.join(folder, 'p.lathe');
  run(2, 'calibrate', path.join(assetsDir(), 'models', `${name}.onnx`), '--data', path.join(assetsDir(), 'datasets', `${name}.json`), '-o', project);
  const [one, two] = [1, 2].map((threads) => run(threads, 'sensitivity', project, '--bits', BITS, '--samples', samples));
  return {
    model: name, samples: one.samples, cells: one.cells.length, seconds: one.seconds, fullForwardSeconds: one.fullForwardSeconds,
    meanSuffix: one.meanSuffix, overhead: overhead(one), secondsWithTwo: two.seconds,
    same: JSON.stringify(one.cells) === JSON.stringify(two.cells),
  };
}

function markdown(results) {
  const lines = ['# Cost of the sensitivity of all layers', '', `Bit-widths ${BITS}; weights, activations and both. Overhead: seconds over cells x whole pass x mean suffix.`, '',
    '| model | samples | cells | whole pass, s | mean suffix | seconds, 1 worker | overhead | seconds, 2 workers | same figures |', '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |'];
  for (const r of results)
    lines.push(`| ${r.model} | ${r.samples} | ${r.cells} | ${r.fullForwardSeconds.toFixed(3)} | ${r.meanSuffix.toFixed(2)} | ${r.seconds.toFixed(1)} | ${r.overhead.toFixed(2)} | ${r.secondsWithTwo.toFixed(1)} | ${r.same ? 'yes' : 'no'} |`);
  return `${lines.join('\n')}\n`;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { samples: { type: 'string', default: '16' }, out: { type: 'string', default: path.join(repoDir, 'build/bench') }, help: { type: 'boolean' } },
});
if (values.help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-sensitivity-'));
try {
  const results = [];
  for (const name of positionals.length > 0 ? positionals : MODELS) {
    results.push(measure(name, folder, values.samples));
    process.stderr.write(`${markdown(results.slice(-1)).split('\n').at(-2)}\n`);
  }
  fs.mkdirSync(values.out, { recursive: true });
  fs.writeFileSync(path.join(values.out, 'sensitivity.md'), markdown(results));
  fs.writeFileSync(path.join(values.out, 'sensitivity.json'), `${JSON.stringify(results, null, 1)}\n`);
  process.stdout.write(markdown(results));
  process.exitCode = results.every((r) => r.same) ? 0 : 1;
} finally {
  fs.rmSync(folder, { recursive: true });
}
