#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Each island of the quantized assets, cut out: the codes that go into it are those of a real sample, and the codes that come out
// of our simulated and integer runs are held against the peer's fused kernels (level `all`).
//
// At least 99.99 % of an asset's codes are equal and the rest are one step off: the peer multiplies a sum by its scales in another
// order or with fused multiply-add, so that an image next to a half can round to its other side.
import fs from 'node:fs';
import path from 'node:path';
import { Report, assetsOrSkip, cliOrSkip, peerOrSkip } from './check.mjs';
import { islandsOf, isQOperator } from './cut.mjs';
import { QUANTIZED_MODELS } from './models.mjs';
import { assemble, dismantle, plainNode, scalarOf } from './onnx.mjs';
import { runOurs, runPeer, stepDifferences, withFolder } from './ours.mjs';
import { openSession, runSession } from './peer.mjs';

const EQUAL_SHARE = 0.9999;
const SAMPLES = 2;

const ort = peerOrSkip();
const program = cliOrSkip();
const assets = assetsOrSkip();
const report = new Report();
const wanted = process.argv.slice(2);

/**
 * In the QOperator form our program takes and gives codes only where the graph quantizes them: real numbers on the operator's grids
 * go in and come out, a code a step. The grid of operand i stands at i + 1 and i + 2 in all of these operators.
 */
function betweenReals(model, island) {
  const node = island.nodes.find(isQOperator);
  const grids = Object.fromEntries(island.inputs.map((name) => [name, node.inputs.slice(node.inputs.indexOf(name) + 1, node.inputs.indexOf(name) + 3)]));
  const real = (name) => `${name}/real`;
  const at = { QLinearConcat: 0, QLinearGlobalAveragePool: 3 }[node.op] ?? 6;
  const [output, result] = [island.output, real(island.output)];
  return {
    output: result,
    dtype: 'float32',
    step: scalarOf(model.initializers.get(node.inputs[at])),
    nodes: [
      ...island.inputs.map((name) => plainNode('QuantizeLinear', [real(name), ...grids[name]], [name])),
      ...island.nodes,
      plainNode('DequantizeLinear', [output, ...node.inputs.slice(at, at + 2)], [result]),
    ],
    inputsOf: (codes) => Object.fromEntries(Object.entries(codes).map(([name, { shape, data }]) => {
      const [scale, zero] = grids[name].map((n) => scalarOf(model.initializers.get(n)));
      return [real(name), { dtype: 'float32', shape, data: Float32Array.from(data, (q) => (q - zero) * scale) }];
    })),
  };
}

/** The operator that an island is about. */
const title = ({ nodes }) => nodes.map((n) => n.op).filter((op) => !/^(Quantize|Dequantize)Linear$/.test(op)).join('+') || 'requantize';

/** Compares one island on one sample's codes. Returns the differences of both runs. */
async function compareIsland(model, island, values, dir) {
  const codes = Object.fromEntries(island.inputs.map((name) => [name, values[name]]));
  const form = island.nodes.some(isQOperator) ? betweenReals(model, island) : { ...island, step: 1, inputsOf: (c) => c };
  const inputs = form.inputsOf(codes);
  const bytes = assemble(model, form.nodes, inputs, { [form.output]: form.dtype });
  const theirs = (await runPeer(ort, bytes, inputs, 'all'))[form.output];
  const file = path.join(dir, 'island.onnx');
  fs.writeFileSync(file, bytes);
  return ['simulated', 'integer'].map((precision) => stepDifferences(runOurs(program, file, inputs, { precision })[form.output], theirs, form.step));
}

async function compareModel(file, input) {
  const model = dismantle(fs.readFileSync(path.join(assets, 'models', file)));
  const islands = islandsOf(model);
  const names = [...new Set(islands.flatMap((i) => i.inputs))];
  const outputs = model.outputs.filter((o) => names.includes(o));
  const session = await openSession(ort, path.join(assets, 'models', file), { level: 'disabled', tensors: names.filter((n) => !outputs.includes(n)) });
  const totals = [{ elements: 0, equal: 0, more: 0 }, { elements: 0, equal: 0, more: 0 }];
  const unequal = new Map();
  await withFolder(async (dir) => {
    for (let i = 0; i < SAMPLES; i++) {
      const values = await runSession(ort, session, { [session.inputNames[0]]: input(assets, i) });
      for (const island of islands) {
        for (const [p, d] of (await compareIsland(model, island, values, dir)).entries()) {
          for (const key of Object.keys(totals[p])) totals[p][key] += d[key];
          if (d.equal < d.elements) unequal.set(title(island), (unequal.get(title(island)) ?? 0) + d.elements - d.equal);
        }
      }
    }
  });
  await session.release();
  const where = [...unequal].map(([op, n]) => `${op} ${n}`).join(', ');
  ['simulated', 'integer'].forEach((precision, p) => {
    const { elements, equal, more } = totals[p];
    const text = `${islands.length} islands, ${elements - equal} of ${elements} codes differ${where ? ` (both runs: ${where})` : ''}, ${more} by more than a step`;
    report.check(`${file} ${precision}`, islands.length > 0 && equal / elements >= EQUAL_SHARE && more === 0, text);
  });
}

for (const { file, input } of QUANTIZED_MODELS.filter((m) => wanted.length === 0 || wanted.some((w) => m.file.includes(w))))
  await report.guard(file, () => compareModel(file, input));
report.finish();
