#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// What `sensitivity` costs over what it must: every cell runs what follows its layer, on every sample of the probe. And how
// well estimates that run no cell rank the layers: Spearman's rank correlation with what was measured. Writes sensitivity.md
// and sensitivity.json.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { cliPath } from '../interop/check.mjs';
import { assetsDir } from '../interop/models.mjs';
import { repoDir } from '../interop/peer.mjs';
import { spearman } from './ranks.mjs';

const USAGE = `usage: sensitivity.mjs [MODEL ...] [--samples 16] [--ranks] [--out build/bench]
--ranks: only the rank correlations, which need no quiet machine.
Models are names in the shared test material that have a dataset file there. Exit status 1 where figures differ between 1 and 2
workers.`;
const MODELS = ['resnet8_cifar10', 'resnet20_cifar10', 'kws_ds_cnn', 'mobilenet_v2_1.0_224_dequantized', 'squeezenet1.1', 'kwt1_keyword_transformer'];
const BITS = '2,3,4,6,8';

function run(threads, ...words) {
  const args = [...words, '--json', '--quiet', '--threads', String(threads)];
  return JSON.parse(execFileSync(cliPath(), args, { maxBuffer: 2 ** 28, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
}

/** Seconds of the sweep over cells times the seconds of a whole pass times the model's mean suffix. */
function overhead({ seconds, cells, fullForwardSeconds, meanSuffix }) {
  return seconds / (cells.length * fullForwardSeconds * meanSuffix);
}

/** What ranks layers without running a cell, from the least sensitive up: a cell's own SQNR, Fisher information and gradient
 * of its tensor, and both together. */
const ESTIMATES = {
  'own SQNR': (cell) => (cell.estimateDb === null ? -Infinity : -cell.estimateDb),
  gradient: (cell, figures) => figures.gradient,
  Fisher: (cell, figures) => figures.fisher,
  'Fisher x error': (cell) => cell.expectedDivergence,
};

/** By kind and bits: cells that have every estimate, and the correlation of each with the measured output SQNR and divergence. */
function correlations({ cells, estimates }) {
  const known = Object.fromEntries(estimates.map((e) => [e.layer, e]));
  const rows = [];
  for (const kind of ['weights', 'activations'])
    for (const bits of BITS.split(',').map(Number)) {
      const column = cells.filter((c) => c.kind === kind && c.bits === bits && c.expectedDivergence !== undefined);
      const measured = { sqnr: column.map((c) => (c.sqnrDb === null ? -Infinity : -c.sqnrDb)), divergence: column.map((c) => c.divergence) };
      const row = { kind, bits, layers: column.length };
      for (const [name, of] of Object.entries(ESTIMATES)) {
        const values = column.map((c) => of(c, known[c.layer][kind]));
        row[name] = { sqnr: spearman(values, measured.sqnr), divergence: spearman(values, measured.divergence) };
      }
      rows.push(row);
    }
  return rows;
}

function measure(name, folder, samples, ranksOnly) {
  const project = path.join(folder, 'p.lathe');
  run(2, 'calibrate', path.join(assetsDir(), 'models', `${name}.onnx`), '--data', path.join(assetsDir(), 'datasets', `${name}.json`), '-o', project);
  const [one, two] = (ranksOnly ? [1] : [1, 2]).map((threads) => {
    const own = path.join(folder, `p${threads}.lathe`);
    fs.copyFileSync(project, own); // figures that a project keeps would not be measured again
    return run(threads, 'sensitivity', own, '--bits', BITS, '--samples', samples);
  });
  const ranks = correlations(one);
  if (ranksOnly) return { model: name, samples: one.samples, ranks };
  return {
    ranks, model: name, samples: one.samples, cells: one.cells.length, seconds: one.seconds, fullForwardSeconds: one.fullForwardSeconds,
    meanSuffix: one.meanSuffix, overhead: overhead(one), secondsWithTwo: two.seconds,
    same: JSON.stringify(one.cells) === JSON.stringify(two.cells),
  };
}

function markdown(results) {
  const lines = ['# Cost of the sensitivity of all layers', '', `Bit-widths ${BITS}; weights, activations and both. Overhead: seconds over cells x whole pass x mean suffix.`, '',
    '| model | samples | cells | whole pass, s | mean suffix | seconds, 1 worker | overhead | seconds, 2 workers | same figures |', '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |'];
  for (const r of results.filter(({ overhead }) => overhead !== undefined))
    lines.push(`| ${r.model} | ${r.samples} | ${r.cells} | ${r.fullForwardSeconds.toFixed(3)} | ${r.meanSuffix.toFixed(2)} | ${r.seconds.toFixed(1)} | ${r.overhead.toFixed(2)} | ${r.secondsWithTwo.toFixed(1)} | ${r.same ? 'yes' : 'no'} |`);
  lines.push('', '# How estimates rank the layers', '', "Spearman's rank correlation with the measured noise over signal at the output / with the measured divergence.", '',
    `| model | samples | kind | bits | layers | ${Object.keys(ESTIMATES).join(' | ')} |`, `| --- | ---: | --- | ---: | ---: |${' ---: |'.repeat(Object.keys(ESTIMATES).length)}`);
  for (const { model, samples, ranks } of results)
    for (const row of ranks)
      lines.push(`| ${[model, samples, row.kind, row.bits, row.layers, ...Object.keys(ESTIMATES).map((name) => `${row[name].sqnr.toFixed(2)} / ${row[name].divergence.toFixed(2)}`)].join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { samples: { type: 'string', default: '16' }, ranks: { type: 'boolean', default: false }, out: { type: 'string', default: path.join(repoDir, 'build/bench') }, help: { type: 'boolean' } },
});
if (values.help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-sensitivity-'));
try {
  const results = [];
  for (const name of positionals.length > 0 ? positionals : MODELS) {
    results.push(measure(name, folder, values.samples, values.ranks));
    process.stderr.write(`${name}\n`);
  }
  fs.mkdirSync(values.out, { recursive: true });
  fs.writeFileSync(path.join(values.out, 'sensitivity.md'), markdown(results));
  fs.writeFileSync(path.join(values.out, 'sensitivity.json'), `${JSON.stringify(results, null, 1)}\n`);
  process.stdout.write(markdown(results));
  process.exitCode = results.every((r) => r.same !== false) ? 0 : 1;
} finally {
  fs.rmSync(folder, { recursive: true });
}
