#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Tries types and containers in the peer, level by level, and writes the outcome as Markdown.
// Usage: interop_table.mjs [FILE]    (default: interop_table.md beside this script)
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { peerOrSkip } from './check.mjs';
import { uniformTensor } from './inputs.mjs';
import { nodeTypes } from './onnx.mjs';
import { LEVELS, runSession } from './peer.mjs';
import { WEIGHTED_OPS, WEIGHTLESS_OPS, pointModel } from './points.mjs';

const ort = peerOrSkip();
const INTEGER_KERNEL = /QLinear|QGemm|MatMulInteger|MatMulNBits/;

async function outcome(trial, level) {
  const dump = path.join(os.tmpdir(), `lathe-table-${process.pid}.onnx`);
  const { bytes, inputs, outputScale } = pointModel(trial);
  try {
    const session = await ort.InferenceSession.create(bytes, { graphOptimizationLevel: level, intraOpNumThreads: 1, logSeverityLevel: 4, optimizedModelFilePath: dump });
    const types = nodeTypes(fs.readFileSync(dump));
    const feeds = Object.fromEntries(Object.entries(inputs).map(([name, shape], i) => [name, uniformTensor(shape, -4, 4, 10 + i)]));
    const y = (await runSession(ort, session, feeds)).out.data;
    await session.release();
    return { kind: types.some((t) => INTEGER_KERNEL.test(t)) ? 'integer' : types.filter((t) => t.endsWith('QuantizeLinear')).length < Object.keys(inputs).length + 1 ? 'codes' : 'literal', y, outputScale };
  } catch (error) {
    return { kind: 'refused', reason: error.message.replace(/\s+/g, ' ') };
  } finally {
    fs.rmSync(dump, { force: true });
  }
}

/** Largest difference to the literal answer, in steps of the output grid. */
function steps(result, reference) {
  if (!result.y || !reference.y) return 0;
  return result.y.reduce((most, v, i) => Math.max(most, Math.abs(v - reference.y[i])), 0) / reference.outputScale;
}

async function cells(trial) {
  const results = [];
  for (const level of LEVELS) results.push(await outcome(trial, level));
  return results.map((r) => (r.kind === 'refused' ? '**refused**' : steps(r, results[0]) > 1.5 ? `${r.kind}, **wrong**` : r.kind));
}

/** Joins rows that differ in one leading column alone, column after column; the values are listed. */
function joinRows(rows, columns) {
  let joined = rows;
  for (let c = columns - 1; c >= 0; --c) {
    const groups = new Map();
    for (const row of joined) {
      const key = row.filter((_, i) => i !== c).join('|');
      if (!groups.has(key)) groups.set(key, [...row]);
      else if (!groups.get(key)[c].split(', ').includes(row[c])) groups.get(key)[c] += `, ${row[c]}`;
    }
    joined = [...groups.values()];
  }
  return joined;
}

async function table(trials, columns) {
  const rows = [];
  for (const trial of trials) rows.push([...columns.map((c) => c.text(trial)), ...await cells(trial)]);
  const head = [...columns.map((c) => c.title), ...LEVELS];
  return [head, head.map(() => '---'), ...joinRows(rows, columns.length)].map((r) => `| ${r.join(' | ')} |`).join('\n');
}

function* weightedTrials({ opset, domain, activations, weights }) {
  for (const op of WEIGHTED_OPS) for (const a of activations) for (const w of weights) for (const perChannel of [false, true]) yield { op, opset, domain, activations: a, weights: w, perChannel };
}

function* weightlessTrials({ opset, domain, activations }) {
  for (const op of WEIGHTLESS_OPS) for (const a of activations) yield { op, opset, domain, activations: a };
}

function* containerTrials() {
  for (const op of [...WEIGHTED_OPS, ...WEIGHTLESS_OPS]) {
    for (const containerBits of [2, 3, 4, 5, 6, 7]) yield { op, opset: 13, activations: 'uint8', containerBits, weights: 'int8', perChannel: true };
  }
}

const opColumn = { title: 'operator', text: (t) => t.op };
const activationColumn = { title: 'activations', text: (t) => t.activations };
const weightColumn = { title: 'weights', text: (t) => t.weights };
const ALL = ['uint8', 'int8', 'uint4', 'int4', 'uint16', 'int16'];

async function main() {
  const file = process.argv[2] ?? path.join(path.dirname(fileURLToPath(import.meta.url)), 'interop_table.md');
  const weighted = (set) => table(weightedTrials(set), [opColumn, activationColumn, weightColumn]);
  const weightless = (set) => table(weightlessTrials(set), [opColumn, activationColumn]);
  const parts = [
    '# What ONNX Runtime 1.30 takes',
    'Written by `interop_table.mjs`. Each model is one operator between Q/DQ pairs, float in and out, weights per tensor and per channel alike (they never differ).',
    '*literal*: float32 between Q and DQ; *integer*: an integer kernel; *codes*: Q/DQ dropped, codes are moved or the pair vanished; *wrong*: more than one step from `disabled`.',
    '## Eight bits, opset 13', await weighted({ opset: 13, activations: ['uint8', 'int8'], weights: ['int8', 'uint8'] }), await weightless({ opset: 13, activations: ['uint8', 'int8'] }),
    '## 2 to 7 bits in a uint8 container (Q, Clip of the codes, DQ), int8 weights, opset 13',
    await table(containerTrials(), [opColumn, { title: 'bits', text: (t) => `${t.containerBits}` }]),
    '## Real 4-, 8- and 16-bit types, opset 21', await weighted({ opset: 21, activations: ALL, weights: ['int8', 'uint8', 'int4', 'uint4', 'int16', 'uint16'] }), await weightless({ opset: 21, activations: ALL }),
    '## The same in the domain com.microsoft, opset 13', await weighted({ opset: 13, domain: 'com.microsoft', activations: ['uint4', 'uint16', 'int16'], weights: ['int8', 'int4', 'int16'] }),
    '## Two-bit weights, opset 25', await weighted({ opset: 25, activations: ['uint8', 'uint4', 'uint16'], weights: ['int2', 'uint2'] }),
  ];
  fs.writeFileSync(file, `${parts.join('\n\n')}\n`);
}

main().catch((error) => {
  process.stderr.write(`interop_table.mjs: ${error.message}\n`);
  process.exitCode = 1;
});
