#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Exports one small network with every weight and activation format, as containers and packed, and records what the peer
// does with each file, level by level. Usage: export_table.mjs [FILE]    (default: build/interop/export_table.md)
import fs from 'node:fs';
import path from 'node:path';
import { cli, cliOrSkip, peerOrSkip } from './check.mjs';
import { writeNetwork } from './layers.mjs';
import { loadReport } from './ort.mjs';
import { runOurs, runPeer, withFolder } from './ours.mjs';
import { LEVELS, repoDir } from './peer.mjs';

const WEIGHTS = ['int2', 'int3', 'int4', 'int5', 'int6', 'int7', 'int8', 'uint4', 'uint8', 'int16', 'float16', 'float32'];
const ACTIVATIONS = ['uint2', 'uint3', 'uint4', 'uint5', 'uint6', 'uint7', 'uint8', 'int4', 'int8', 'uint16', 'int16', 'float16', 'float32'];

const ort = peerOrSkip();
const program = cliOrSkip();

/** Largest difference of our run and the peer's, relative to the largest magnitude. */
async function distance(file, inputs, precision, level) {
  const theirs = Object.values(await runPeer(ort, file, inputs, level))[0];
  const ours = Object.values(runOurs(program, file, inputs, { precision }))[0];
  const largest = theirs.data.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  return theirs.data.reduce((m, v, i) => Math.max(m, Math.abs(v - ours.data[i])), 0) / (largest || 1);
}

async function tryOut(dir, { model, dataset, inputs }, weights, activations, packed) {
  const file = path.join(dir, 'q.onnx');
  fs.rmSync(file, { force: true });
  try {
    cli(program, ['quantize', model, '--data', dataset, '-o', file, '--weights', weights, '--activations', activations, '--granularity', 'channel', '--method', 'minmax', ...(packed ? ['--packed'] : [])]);
  } catch (error) {
    return { refusedByUs: error.message.replace(/^.*?: /, '') };
  }
  const loaded = await loadReport(ort, file);
  const result = { levels: loaded.levels, bytes: fs.statSync(file).size };
  if (loaded.ok) {
    result.fused = await distance(file, inputs, 'simulated', 'all');
    result.literal = await distance(file, inputs, 'literal', 'basic');
  }
  return result;
}

function row(weights, activations, packed, r) {
  const head = [weights, activations, packed ? 'packed' : '8-bit container'];
  if (r.refusedByUs) return [...head, `we refuse: ${r.refusedByUs}`, '', '', '', '', ''];
  const levels = LEVELS.map((l) => (r.levels[l].ok ? 'loads' : '**refused**'));
  const figure = (v) => (v === undefined ? '-' : v === 0 ? 'equal' : v.toExponential(1));
  return [...head, ...levels, figure(r.fused), figure(r.literal)];
}

await withFolder(async (dir) => {
  const network = writeNetwork(dir);
  const rows = [['weights', 'activations', 'form', ...LEVELS, 'simulated to `all`', 'literal to `basic`']];
  rows.push(rows[0].map(() => '---'));
  for (const packed of [false, true]) {
    for (const weights of WEIGHTS) for (const activations of ACTIVATIONS) rows.push(row(weights, activations, packed, await tryOut(dir, network, weights, activations, packed)));
  }
  const file = process.argv[2] ?? path.join(repoDir, 'build/interop/export_table.md');
  const text = ['# Our exported files in ONNX Runtime 1.30', '', 'One small network (convolutions, depthwise, addition, pooling, linear head) in every format. Differences are relative to the largest output.', '', ...rows.map((r) => `| ${r.join(' | ')} |`), ''].join('\n');
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  process.stdout.write(`written to ${file}\n`);
});
