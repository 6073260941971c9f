#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Inference time of our program against the peer's: rounds alternate between the two, so that a change of the machine's
// mood hits both. Writes report.md and report.json. See USAGE.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { cli, cliPath } from '../interop/check.mjs';
import { FLOAT_MODELS, QUANTIZED_MODELS, assetsDir } from '../interop/models.mjs';
import { repoDir } from '../interop/peer.mjs';

const USAGE = `usage: bench_against_ort.mjs [MODEL.onnx ...] [--threads 1,2] [--rounds 5] [--repeat 20] [--warmup 3]
  [--precision float|simulated|literal|integer] [--out build/bench]
Without models: the float models that must agree with the peer; with --precision other than float: the quantized ones.`;

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
const geometricMean = (values) => Math.exp(values.reduce((s, v) => s + Math.log(v), 0) / values.length);

/** A long-lived `ort.mjs serve`. */
class PeerServer {
  constructor() {
    const script = path.join(path.dirname(fileURLToPath(import.meta.url)), '../interop/ort.mjs');
    this.child = spawn(process.execPath, [script, 'serve'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.lines = readline.createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async ask(request) {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error('the peer ended');
    const answer = JSON.parse(value);
    if (answer.error) throw new Error(`peer: ${answer.error}`);
    return answer;
  }

  close() {
    this.child.stdin.end();
  }
}

/** Medians of alternating rounds of one model at one thread count. */
async function timeModel(peer, program, model, { threads, rounds, repeat, warmup, precision }) {
  const ours = [];
  const theirs = [];
  await peer.ask({ load: model, id: 'm', level: 'all', threads });
  try {
    for (let round = 0; round < rounds; ++round) {
      theirs.push((await peer.ask({ time: 'm', repeat, warmup })).medianMs);
      const args = ['bench', model, '--repeat', String(repeat), '--warmup', String(warmup), '--precision', precision];
      ours.push(cli(program, args, { threads }).medianMs);
    }
  } finally {
    await peer.ask({ release: 'm' });
  }
  const [oursMs, peerMs] = [median(ours), median(theirs)];
  return { oursMs, peerMs, ratio: peerMs / oursMs, oursRounds: ours, peerRounds: theirs };
}

function markdown(results, threadCounts, options) {
  const lines = ['# Inference time against ONNX Runtime 1.30 (level `all`)', '',
    `${options.rounds} alternating rounds of ${options.repeat} runs, batch 1, ${options.precision}; medians. Ratio = peer's time / ours: above 1, ours is faster.`, ''];
  for (const threads of threadCounts) {
    const rows = results.filter((r) => r.threads === threads);
    lines.push(`## ${threads} thread${threads === 1 ? '' : 's'}`, '', '| model | ours, ms | peer, ms | ratio |', '| --- | ---: | ---: | ---: |');
    for (const r of rows) lines.push(r.error ? `| ${r.model} | - | - | ${r.error} |` : `| ${r.model} | ${r.oursMs.toFixed(3)} | ${r.peerMs.toFixed(3)} | ${r.ratio.toFixed(2)} |`);
    const good = rows.filter((r) => !r.error);
    if (good.length > 0) lines.push(`| **geometric mean** | | | **${geometricMean(good.map((r) => r.ratio)).toFixed(2)}** |`);
    lines.push('');
  }
  return lines.join('\n');
}

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      threads: { type: 'string', default: '1,2' }, rounds: { type: 'string', default: '5' }, repeat: { type: 'string', default: '20' },
      warmup: { type: 'string', default: '3' }, precision: { type: 'string', default: 'float' }, out: { type: 'string', default: path.join(repoDir, 'build/bench') },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    process.exit(0);
  }
  const number = (name) => {
    const n = Number(values[name]);
    if (!Number.isInteger(n) || n < 1) throw new Error(`--${name} needs a whole number above 0`);
    return n;
  };
  return { models: positionals, threadCounts: values.threads.split(',').map(Number), rounds: number('rounds'), repeat: number('repeat'), warmup: number('warmup'), precision: values.precision, out: values.out };
}

function defaultModels(precision) {
  const assets = assetsDir();
  if (!assets) throw new Error('no model given and the shared test material is missing; set LATHE_SHARED_DIR');
  return (precision === 'float' ? FLOAT_MODELS : QUANTIZED_MODELS).map((m) => path.join(assets, 'models', m.file));
}

async function main() {
  const options = readOptions();
  const program = cliPath();
  if (!program) throw new Error('tensorlathe-cli is not built; set LATHE_CLI to its path');
  const models = options.models.length > 0 ? options.models : defaultModels(options.precision);
  const peer = new PeerServer();
  const results = [];
  for (const threads of options.threadCounts) {
    for (const model of models) {
      const name = path.basename(model, '.onnx');
      process.stderr.write(`${threads} thread(s) ${name}\n`);
      try {
        results.push({ model: name, threads, ...await timeModel(peer, program, model, { ...options, threads }) });
      } catch (error) {
        results.push({ model: name, threads, error: error.message });
      }
    }
  }
  peer.close();
  fs.mkdirSync(options.out, { recursive: true });
  const text = markdown(results, options.threadCounts, options);
  fs.writeFileSync(path.join(options.out, 'report.md'), text);
  fs.writeFileSync(path.join(options.out, 'report.json'), `${JSON.stringify({ options, results }, null, 1)}\n`);
  process.stdout.write(`${text}\nwritten to ${options.out}\n`);
  if (results.some((r) => r.error)) process.exitCode = 1;
}

main().catch((error) => {
  process.stderr.write(`bench_against_ort.mjs: ${error.message}\n${USAGE}\n`);
  process.exitCode = 1;
});
