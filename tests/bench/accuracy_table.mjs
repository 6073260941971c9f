#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// What quantization costs the labelled asset models in their own metric: the float model against plans of falling width, with
// paired 95 % intervals, time and peak memory of the algorithms. Ranges and algorithms see the calibration split, metrics the
// validation split. accuracy.mjs of tests/interop compares with the peer instead.
// Usage: accuracy_table.mjs [--out build/bench] [--limit N] [--variants NAME;...] [--threads N] [--again] [MODEL ...]
// Writes accuracy_table.md and accuracy_table.json after every row. Rows that the JSON holds already, of the same plan and
// limit, are not measured again (--again does), so that the table can be made row by row.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { assetsOrSkip, cliOrSkip } from '../interop/check.mjs';
import { withFolder } from '../interop/ours.mjs';
import { repoDir } from '../interop/peer.mjs';

/** What the issue allows at four bits, in points; 8 bits per channel may lose 0.3 everywhere. */
const MODELS = {
  mnist_cnn_cntk_op8: {},
  mnist_lstm: {},
  kws_ds_cnn: { w4a8: 1, w4a4: 6 },
  vww_mobilenet_v1_025_96: { w4a4: 6 },
  resnet8_cifar10: { w4a8: 1, w4a4: 3 },
  resnet20_cifar10: { w4a8: 1, w4a4: 3 },
  kwt1_keyword_transformer: { w4a8: 1 },
  magika_v3_3: {},
  'squeezenet1.1': { w4a8: 2 },
  'mobilenet_v2_1.0_224_dequantized': { tensor: 2, w4a8: 3, w4a4: 6 },
  ad01_toycar_autoencoder: {},
  portrait_unet_prisma256: {},
  yolox_nano: {},
};

const plan = (weights, granularity, activations, method, algorithms) => [
  '--weights', weights, '--granularity', granularity, '--activations', activations, '--method', method, ...(algorithms ? ['--algorithms', algorithms] : []),
];
/** `bound` names the model's allowance above; `points` is one for all models. */
const VARIANTS = [
  { name: 'W8A8 channel, min-max', points: 0.3, args: plan('int8', 'channel', 'uint8', 'minmax') },
  { name: 'W8A8 channel, entropy', points: 0.3, args: plan('int8', 'channel', 'uint8', 'entropy') },
  { name: 'W8A8 channel, smooth+bias', points: 0.3, args: plan('int8', 'channel', 'uint8', 'minmax', 'smooth,bias') },
  { name: 'W8A8 channel, smooth+gptq+bias', points: 0.3, args: plan('int8', 'channel', 'uint8', 'mse', 'smooth,gptq,bias') },
  { name: 'W8A8 channel, smooth+gptq+bias, entropy', points: 0.3, args: plan('int8', 'channel', 'uint8', 'entropy', 'smooth,gptq,bias') },
  { name: 'W8A8 tensor, min-max', args: plan('int8', 'tensor', 'uint8', 'minmax') },
  { name: 'W8A8 tensor, equalize+bias', bound: 'tensor', args: plan('int8', 'tensor', 'uint8', 'minmax', 'equalize,bias') },
  { name: 'W4A8 nearest, min-max', args: plan('int4', 'channel', 'uint8', 'minmax') },
  { name: 'W4A8 learned', bound: 'w4a8', args: plan('int4', 'channel', 'uint8', 'mse', 'equalize,gptq,adaround,bias') },
  { name: 'W4A8 learned, entropy', bound: 'w4a8', args: plan('int4', 'channel', 'uint8', 'entropy', 'equalize,gptq,adaround,bias') },
  { name: 'W4A4 nearest, min-max', args: plan('int4', 'channel', 'uint4', 'minmax') },
  { name: 'W4A4 learned', bound: 'w4a4', args: plan('int4', 'channel', 'uint4', 'mse', 'equalize,gptq,adaround,bias') },
  { name: 'W4A4 tuned', bound: 'w4a4', args: plan('int4', 'channel', 'uint4', 'mse', 'tune') },
  // As published figures for 4 bits have it: first and last layer at 8 bits, weights on asymmetric grids.
  { name: 'W4A8 ends 8, GPTQ', bound: 'w4a8', args: [...plan('int4:channel:asymmetric', 'channel', 'uint8', 'mse', 'gptq'), '--ends', '8'] },
  { name: 'W4A8 ends 8, hadamard+GPTQ', bound: 'w4a8', args: [...plan('int4:channel:asymmetric', 'channel', 'uint8', 'mse', 'hadamard,gptq:pull=0:damping=0.1:views=4'), '--ends', '8'] },
  { name: 'W4A4 ends 8, blocks', bound: 'w4a4', args: [...plan('int4:channel:asymmetric', 'channel', 'uint4', 'mse', 'blocks'), '--ends', '8'] },
  { name: 'W4A4 ends 8, smooth+hadamard+blocks', bound: 'w4a4', args: [...plan('int4:channel:asymmetric', 'channel', 'uint4', 'mse', 'smooth:strength=1,hadamard,blocks'), '--ends', '8'] },
];

/** Runs `tensorlathe-cli ARGS --json`: {document, peakBytes}. The largest resident size comes from the kernel's own mark. */
function measured(program, args, threads) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args, '--json', '--quiet', '--threads', threads]);
    const texts = { stdout: '', stderr: '' };
    let peakBytes = 0;
    const look = () => {
      try {
        const mark = /VmHWM:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'));
        if (mark) peakBytes = Number(mark[1]) * 1024;
      } catch { /* it has just ended, or this system has no /proc */ }
    };
    const timer = setInterval(look, 20);
    for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (text) => { texts[stream] += text; });
    child.on('error', reject);
    child.on('close', (status) => {
      clearInterval(timer);
      if (status === 0) resolve({ document: JSON.parse(texts.stdout), peakBytes });
      else reject(new Error(`tensorlathe-cli ${args[0]} ended with ${status}: ${texts.stderr.trim().split('\n').pop()}`));
    });
  });
}

/** Loss in points: of shares in percent points; errors (mse) in percent of the float error. */
function points(metric, { float, loss, low, high }) {
  const scale = metric === 'mse' ? 100 / float : 100;
  return { loss: loss * scale, low: low * scale, high: high * scale };
}

/** What a row's figures hang on besides the model. */
const planText = (variant, values) => [...variant.args, ...(values.limit ? ['--limit', values.limit] : [])].join(' ');

async function measure(context, model, variant) {
  const { program, assets, dir, values } = context;
  const project = path.join(dir, `${model}.lathe`);
  const metric = JSON.parse(fs.readFileSync(path.join(assets, 'datasets', `${model}.json`), 'utf8')).metric ?? 'top1';
  const made = await measured(program, ['quantize', project, '-o', project, ...variant.args], values.threads);
  const limit = values.limit ? ['--limit', values.limit] : [];
  const checked = await measured(program, ['validate', project, ...limit], values.threads);
  const figures = checked.document.metrics[metric];
  const row = {
    model, variant: variant.name, plan: planText(variant, values), metric, samples: checked.document.samples, float: figures.float, quantized: figures.quantized, ...points(metric, figures),
    peakBytes: made.peakBytes, algorithms: made.document.algorithms.map(({ algorithm, beforeDb, afterDb, reverted, seconds, layers }) => ({
      algorithm, beforeDb, afterDb, reverted, seconds, secondsPerLayer: seconds / Math.max(1, layers.filter((l) => !l.note).length),
    })),
  };
  const allowed = variant.points ?? MODELS[model]?.[variant.bound];
  if (allowed !== undefined) row.allowed = metric === 'mse' ? allowed : Math.max(allowed, 200 / row.samples);
  return row;
}

const signed = (x) => `${x < 0 ? '−' : ''}${Math.abs(x).toFixed(2)}`;
const share = (row, value) => (row.metric === 'mse' ? value.toFixed(3) : (100 * value).toFixed(2));
const verdict = (row) => (row.allowed === undefined ? '' : row.loss <= row.allowed + 1e-9 ? `yes (${row.allowed.toFixed(2)})` : `**no** (${row.allowed.toFixed(2)})`);

function markdown(rows) {
  const lines = ['# What quantization costs', '', 'Losses in points (mse: percent of the float error), with paired 95 % intervals.', '',
    '| model | metric | samples | plan | float | quantized | loss | within | algorithms, s | peak, MiB |', '| --- | --- | ---: | --- | ---: | ---: | ---: | --- | --- | ---: |'];
  for (const row of rows) {
    if (row.error) {
      lines.push(`| ${row.model} | | | ${row.variant} | ${row.error} | | | | | |`);
      continue;
    }
    const steps = row.algorithms.map((a) => `${a.algorithm} ${a.seconds.toFixed(1)} (${a.secondsPerLayer.toFixed(2)} a layer${a.reverted ? ', reverted' : ''})`).join(', ');
    lines.push(`| ${[row.model, row.metric, row.samples, row.variant, share(row, row.float), share(row, row.quantized),
      `${signed(row.loss)} [${signed(row.low)}, ${signed(row.high)}]`, verdict(row), steps, (row.peakBytes / 2 ** 20).toFixed(0)].join(' | ')} |`);
  }
  lines.push('');
  for (const { name } of VARIANTS.filter(({ points }) => points !== undefined)) {
    const losses = rows.filter((row) => !row.error && row.variant === name).map((row) => row.loss);
    if (losses.length > 0) lines.push(`Mean loss of ${name} over ${losses.length} models: ${signed(losses.reduce((a, b) => a + b) / losses.length)} points.`);
  }
  return `${lines.join('\n')}\n`;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: path.join(repoDir, 'build/bench') }, limit: { type: 'string' },
    variants: { type: 'string' }, threads: { type: 'string', default: '2' }, again: { type: 'boolean', default: false },
  },
});
const program = cliOrSkip();
const assets = assetsOrSkip();
const wanted = values.variants?.split(';').map((name) => name.trim());
const variants = VARIANTS.filter(({ name }) => !wanted || wanted.some((part) => name.startsWith(part)));
const files = Object.fromEntries(['json', 'md'].map((ending) => [ending, path.join(values.out, `accuracy_table.${ending}`)]));
fs.mkdirSync(values.out, { recursive: true });

/** Rows of the table in the order of MODELS and VARIANTS, whatever the order in which they were measured. */
const rows = fs.existsSync(files.json) ? JSON.parse(fs.readFileSync(files.json, 'utf8')) : [];
const place = ({ model, variant }) => Object.keys(MODELS).indexOf(model) * VARIANTS.length + VARIANTS.findIndex(({ name }) => name === variant);
const isKnown = (model, variant) => rows.some((row) => row.model === model && row.variant === variant.name && !row.error && row.plan === planText(variant, values));

function keep(row) {
  const old = rows.findIndex(({ model, variant }) => model === row.model && variant === row.variant);
  if (old >= 0) rows.splice(old, 1);
  rows.push(row);
  rows.sort((a, b) => place(a) - place(b));
  fs.writeFileSync(files.json, `${JSON.stringify(rows, null, 1)}\n`);
  fs.writeFileSync(files.md, markdown(rows));
}

for (const model of positionals.length > 0 ? positionals : Object.keys(MODELS)) {
  const open = variants.filter((variant) => values.again || !isKnown(model, variant));
  if (open.length === 0) continue;
  await withFolder(async (dir) => {
    const context = { program, assets, dir, values };
    const failed = (variant) => (error) => keep({ model, variant: variant.name, error: error.message });
    const args = ['calibrate', path.join(assets, 'models', `${model}.onnx`), '--data', path.join(assets, 'datasets', `${model}.json`), '-o', path.join(dir, `${model}.lathe`)];
    const calibrated = await measured(program, args, values.threads).catch((error) => open.forEach((variant) => failed(variant)(error)));
    for (const variant of calibrated ? open : []) {
      process.stderr.write(`${model}: ${variant.name}\n`);
      await measure(context, model, variant).then(keep).catch(failed(variant));
    }
  });
}
process.stdout.write(markdown(rows));
process.exitCode = rows.some((row) => row.error) ? 1 : 0;
