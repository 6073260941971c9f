#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Inference time, cost of statistics and memory of our program, beside the peer. Writes report.md and report.json.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { cliPath } from '../interop/check.mjs';
import { QUANTIZED_MODELS, assetsDir } from '../interop/models.mjs';
import { nodeTypes } from '../interop/onnx.mjs';
import { repoDir } from '../interop/peer.mjs';
import { NETWORKS, networkFile } from './networks.mjs';
import { QUANTIZED_NETWORKS, quantizedFile } from './quantized.mjs';
import { markdown } from './report.mjs';
import { statisticsCost } from './statistics.mjs';
import { PeerServer, memoryGrowth, ourBlock, timeModel } from './timing.mjs';

const USAGE = `usage: bench_against_ort.mjs [MODEL.onnx ...] [--threads 1,2] [--rounds 5] [--repeat RUNS] [--warmup 3]
  [--precision float,integer] [--no-statistics] [--out build/bench]
Without models: in float, those of the shared test material and networks with random weights (made in build/bench/models);
in integers, the quantized ones of both. --repeat: runs a block, else as many as fill a quarter of a second.`;

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      threads: { type: 'string', default: '1,2' }, rounds: { type: 'string', default: '5' }, repeat: { type: 'string' }, warmup: { type: 'string', default: '3' },
      precision: { type: 'string', default: 'float,integer' }, 'no-statistics': { type: 'boolean', default: false },
      out: { type: 'string', default: path.join(repoDir, 'build/bench') }, help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    process.exit(0);
  }
  const whole = (text, name) => {
    const n = Number(text);
    if (!Number.isInteger(n) || n < 1) throw new Error(`--${name} needs whole numbers above 0`);
    return n;
  };
  return {
    models: positionals, threadCounts: values.threads.split(',').map((t) => whole(t, 'threads')), rounds: whole(values.rounds, 'rounds'),
    repeat: values.repeat === undefined ? undefined : whole(values.repeat, 'repeat'), warmup: whole(values.warmup, 'warmup'),
    precisions: values.precision.split(','), statistics: !values['no-statistics'], out: values.out,
  };
}

/** Models of the shared test material, if it is there, and our networks. */
function defaultModels(program, precision, folder) {
  const assets = assetsDir(), models = assets && path.join(assets, 'models');
  if (precision !== 'float') {
    const shared = models ? QUANTIZED_MODELS.map((m) => path.join(models, m.file)) : [];
    return [...shared, ...QUANTIZED_NETWORKS.map((name) => quantizedFile(program, name, folder))];
  }
  const shared = models ? fs.readdirSync(models).filter((f) => f.endsWith('.onnx')).sort().map((f) => path.join(models, f)) : [];
  return [...shared, ...Object.keys(NETWORKS).map((name) => networkFile(name, folder))];
}

/** True for networks that are convolutions above all: no recurrent layers, no control flow. */
function isConvolutional(model) {
  const types = new Set(nodeTypes(fs.readFileSync(model)));
  const conv = ['Conv', 'QLinearConv'].some((t) => types.has(t));
  return conv && !['LSTM', 'GRU', 'RNN', 'If', 'Loop', 'Scan'].some((t) => types.has(t));
}

async function timeAll(peer, program, options, folder) {
  const results = [];
  for (const precision of options.precisions) {
    const models = options.models.length > 0 ? options.models : defaultModels(program, precision, folder);
    for (const threads of options.threadCounts) {
      for (const model of models) {
        const row = { model: path.basename(model, '.onnx'), threads, precision };
        process.stderr.write(`${precision}, ${threads} thread(s): ${row.model}\n`);
        try {
          row.convolutional = isConvolutional(model);
          Object.assign(row, await timeModel(peer, program, model, { ...options, threads, precision }));
          if (precision === 'integer') row.float = ourBlock(program, model, { threads, repeat: row.runs, warmup: options.warmup, precision: 'float' });
        } catch (error) {
          row.error = error.message;
        }
        results.push(row);
      }
    }
  }
  return results;
}

async function main() {
  const options = readOptions();
  const program = cliPath();
  if (!program) throw new Error('tensorlathe-cli is not built; set LATHE_CLI to its path');
  const folder = path.join(options.out, 'models');
  const peer = new PeerServer();
  const results = await timeAll(peer, program, options, folder);
  peer.close();
  process.stderr.write(options.statistics ? 'statistics\n' : '');
  const statistics = options.statistics ? statisticsCost(program, networkFile('mobilenet_v2', folder), folder, Math.min(3, options.rounds)) : null;
  const growth = options.statistics ? memoryGrowth(program, ['mobilenet_v2', 'squeezenet1_1'].map((name) => networkFile(name, folder))) : null;
  fs.mkdirSync(options.out, { recursive: true });
  const text = markdown(results, statistics, growth, options);
  fs.writeFileSync(path.join(options.out, 'report.md'), text);
  fs.writeFileSync(path.join(options.out, 'report.json'), `${JSON.stringify({ options, results, statistics, growth }, null, 1)}\n`);
  process.stdout.write(`${text}\nwritten to ${options.out}\n`);
  if (results.length === 0) throw new Error('there was nothing to time');
}

main().catch((error) => {
  process.stderr.write(`bench_against_ort.mjs: ${error.message}\n${USAGE}\n`);
  process.exitCode = 1;
});
