#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Bits chosen by `assign` against the same bits everywhere, at the size of uniform 4-bit weights: output SQNR and top-1 on
// the validation split, which neither has seen. Writes assignment.md and assignment.json.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { cliPath } from '../interop/check.mjs';
import { assetsDir } from '../interop/models.mjs';
import { repoDir } from '../interop/peer.mjs';

const USAGE = `usage: assignment.mjs [MODEL ...] [--samples 64] [--limit N] [--out build/bench]
Models are names in the shared test material that have a dataset file there. --samples: calibration samples that assign
measures on; --limit: at most so many validation samples. Exit status 1 where a uniform plan wins.`;
const MODELS = ['resnet8_cifar10', 'resnet20_cifar10', 'kws_ds_cnn', 'vww_mobilenet_v1_025_96', 'squeezenet1.1', 'mobilenet_v2_1.0_224_dequantized'];
const UNIFORM_BITS = [2, 3, 4, 5, 6, 8];
/** Measured attempts of assign to better its prediction. */
const REPAIRS = 30;
/** A loss of top-1 from which on the assignment has to win there too. */
const NOTABLE_LOSS = 0.01;

function run(...words) {
  return JSON.parse(execFileSync(cliPath(), [...words, '--json', '--quiet'], { maxBuffer: 2 ** 28, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
}

/** Size, output SQNR and top-1 of a plan on the validation split. */
function measure(project, data, quantizeOptions, options) {
  const quantized = path.join(path.dirname(project), 'quantized.lathe');
  const { packedBytes } = run('quantize', project, '-o', quantized, ...quantizeOptions);
  const limit = options.limit ? ['--limit', options.limit] : [];
  const { outputs, metrics } = run('validate', quantized, '--data', data, ...limit);
  return { packedBytes, sqnrDb: outputs[0].sqnrDb, top1: metrics.top1.quantized, floatTop1: metrics.top1.float };
}

/** True when no uniform plan of those that were measured is as small as a point of the front and better. */
function coversUniform(front) {
  return UNIFORM_BITS.every((bits) => {
    const own = front.find((p) => p.origin === `uniform ${bits}`);
    return !own || !front.some((p) => p !== own && p.sizeBytes >= own.sizeBytes && p.sqnrDb < own.sqnrDb);
  });
}

function compareModel(name, folder, options) {
  const model = path.join(assetsDir(), 'models', `${name}.onnx`);
  const data = path.join(assetsDir(), 'datasets', `${name}.json`);
  const project = path.join(folder, 'p.lathe');
  run('calibrate', model, '--data', data, '-o', project);
  const uniform = measure(project, data, ['--weights', 'int4'], options);
  const plan = path.join(folder, 'plan.json');
  const started = Date.now();
  const { front, evaluations } = run('assign', project, '-o', plan, '--max-size', String(uniform.packedBytes), '--bits', UNIFORM_BITS.join(','), '--samples', options.samples, '--repairs', String(REPAIRS));
  const seconds = (Date.now() - started) / 1000;
  const assigned = measure(project, data, ['--plan', plan], options);
  const notable = uniform.floatTop1 - uniform.top1 >= NOTABLE_LOSS;
  const wins = assigned.packedBytes <= uniform.packedBytes && assigned.sqnrDb > uniform.sqnrDb && (!notable || assigned.top1 > uniform.top1);
  return { model: name, uniform, assigned, notable, wins: wins && coversUniform(front), points: front.length, evaluations, seconds };
}

function markdown(results) {
  const lines = ['# Bit assignment at the size of uniform 4-bit weights', '', 'Validation split; activations of at most 8 bits in both.', '',
    '| model | kB, uniform / assigned | output SQNR, dB | top-1 (float) | points of the front | s | assignment wins |', '| --- | ---: | ---: | ---: | ---: | ---: | --- |'];
  for (const r of results)
    lines.push(`| ${r.model} | ${(r.uniform.packedBytes / 1e3).toFixed(1)} / ${(r.assigned.packedBytes / 1e3).toFixed(1)} | ${r.uniform.sqnrDb.toFixed(2)} / ${r.assigned.sqnrDb.toFixed(2)} | ${r.uniform.top1.toFixed(3)} / ${r.assigned.top1.toFixed(3)} (${r.uniform.floatTop1.toFixed(3)}) | ${r.points} | ${r.seconds.toFixed(0)} | ${r.wins ? 'yes' : 'no'} |`);
  return `${lines.join('\n')}\n`;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { samples: { type: 'string', default: '64' }, limit: { type: 'string' }, out: { type: 'string', default: path.join(repoDir, 'build/bench') }, help: { type: 'boolean' } },
});
if (values.help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-assignment-'));
try {
  const results = [];
  for (const name of positionals.length > 0 ? positionals : MODELS) {
    results.push(compareModel(name, folder, values));
    process.stderr.write(`${markdown(results.slice(-1)).split('\n').at(-2)}\n`);
  }
  fs.mkdirSync(values.out, { recursive: true });
  fs.writeFileSync(path.join(values.out, 'assignment.md'), markdown(results));
  fs.writeFileSync(path.join(values.out, 'assignment.json'), `${JSON.stringify(results, null, 1)}\n`);
  process.stdout.write(markdown(results));
  process.exitCode = results.every((r) => r.wins) ? 0 : 1;
} finally {
  fs.rmSync(folder, { recursive: true });
}
