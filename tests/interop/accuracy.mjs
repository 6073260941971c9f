#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Top-1 of the labelled asset models in our program and in the peer: float, 8 bits, and the exported file literal and fused.
// Usage: accuracy.mjs [--out build/interop] [--count N] [MODEL ...]    Writes accuracy.md and accuracy.json.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { assetsOrSkip, cli, cliOrSkip, peerOrSkip } from './check.mjs';
import { top1, top1Agreement } from './compare.mjs';
import { runBatch } from './ort.mjs';
import { preparedSamples, withFolder } from './ours.mjs';
import { openSession, repoDir } from './peer.mjs';

const MODELS = ['mnist_cnn_cntk_op8', 'kws_ds_cnn', 'vww_mobilenet_v1_025_96', 'resnet8_cifar10', 'resnet20_cifar10', 'squeezenet1.1', 'mobilenet_v2_1.0_224_dequantized'];
const EIGHT_BITS = ['--weights', 'int8', '--activations', 'uint8', '--granularity', 'channel', '--method', 'mse'];
const COLLAPSE = ['--weights', 'int8', '--activations', 'float32', '--granularity', 'tensor', '--method', 'minmax'];

const ort = peerOrSkip();
const program = cliOrSkip();
const assets = assetsOrSkip();

async function peerScores(model, level, samples) {
  const session = await openSession(ort, model, { level, threads: 1 });
  const outputs = await runBatch(ort, session, session.inputNames[0], samples);
  await session.release();
  return Object.values(outputs)[0];
}

const share = (scores, labels) => top1(scores).filter((c, i) => c === Number(labels.data[i])).length / labels.data.length;

function validate(model, dataset, exported) {
  const result = cli(program, ['validate', model, '--data', dataset, '--quantized', exported], { threads: 2 });
  return { samples: result.samples, ...result.metrics.top1 };
}

async function measure(id, dir, count) {
  const model = path.join(assets, 'models', `${id}.onnx`);
  const dataset = path.join(assets, 'datasets', `${id}.json`);
  const { samples, labels, reason } = preparedSamples(dataset, dir, { count });
  if (!samples) throw new Error(`the samples cannot be prepared: ${reason}`);
  const exported = path.join(dir, `${id}.q.onnx`);
  cli(program, ['quantize', model, '--data', dataset, '-o', exported, ...EIGHT_BITS], { threads: 2 });
  const [float, literal, fused] = [await peerScores(model, 'disabled', samples), await peerScores(exported, 'basic', samples), await peerScores(exported, 'all', samples)];
  const row = {
    model: id, samples: samples.shape[0], peerFloat: share(float, labels), peerLiteral: share(literal, labels), peerFused: share(fused, labels),
    fusedAgreesWithLiteral: top1Agreement(fused, literal), ours: validate(model, dataset, exported),
  };
  if (id.startsWith('mobilenet')) {
    const perTensor = path.join(dir, `${id}.pt.onnx`);
    cli(program, ['quantize', model, '--data', dataset, '-o', perTensor, ...COLLAPSE], { threads: 2 });
    row.perTensorMinMaxWeights = { ours: validate(model, dataset, perTensor).quantized, peer: share(await peerScores(perTensor, 'basic', samples), labels) };
  }
  return row;
}

const percent = (x) => (x === undefined || x === null ? '-' : (100 * x).toFixed(2));

function markdown(rows) {
  const lines = ['# Top-1, %', '', '| model | samples | float ours | float peer | 8 bits ours | exported, peer fused | exported, peer literal | fused = literal |', '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |'];
  for (const r of rows) {
    if (r.error) lines.push(`| ${r.model} | - | ${r.error} | | | | | |`);
    else lines.push(`| ${[r.model, r.samples, percent(r.ours.float), percent(r.peerFloat), percent(r.ours.quantized), percent(r.peerFused), percent(r.peerLiteral), percent(r.fusedAgreesWithLiteral)].join(' | ')} |`);
    if (r.perTensorMinMaxWeights) lines.push(`| ${r.model}, weights per tensor min-max | ${r.samples} | | | ${percent(r.perTensorMinMaxWeights.ours)} | | ${percent(r.perTensorMinMaxWeights.peer)} | |`);
  }
  return `${lines.join('\n')}\n`;
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string', default: path.join(repoDir, 'build/interop') }, count: { type: 'string', default: '0' } } });
const rows = [];
for (const id of positionals.length > 0 ? positionals : MODELS) {
  process.stderr.write(`${id}\n`);
  try {
    rows.push(await withFolder((dir) => measure(id, dir, Number(values.count))));
  } catch (error) {
    rows.push({ model: id, error: error.message });
  }
}
fs.mkdirSync(values.out, { recursive: true });
fs.writeFileSync(path.join(values.out, 'accuracy.json'), `${JSON.stringify(rows, null, 1)}\n`);
fs.writeFileSync(path.join(values.out, 'accuracy.md'), markdown(rows));
process.stdout.write(markdown(rows));
process.exitCode = rows.some((r) => r.error) ? 1 : 0;
