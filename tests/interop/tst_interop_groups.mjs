#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Weights in groups, whose scales change along the reduction: no integer kernel has them, so both programs add the products
// in float32, each in its own order. Held here to be all that differs:
// - islands of exported files: a code is another one only where the peer's sum is as near to a half as the order of a sum can
//   tell, and then it is the next one. In a whole model the codes behind it follow, up to some 1e-1 in a deep one;
// - weights alone: the peer makes MatMulNBits of DequantizeLinear -> MatMul, which by its default (accuracy level 4) rounds the
//   inputs to 8 bits, block by block. No file can say otherwise, only `session.qdq_matmulnbits_accuracy_level`.
import fs from 'node:fs';
import path from 'node:path';
import { Report, assetsOrSkip, cli, cliOrSkip, peerOrSkip } from './check.mjs';
import { islandsOf } from './cut.mjs';
import { FLOAT_MODELS } from './models.mjs';
import { assemble, dismantle, scalarOf } from './onnx.mjs';
import { runOurs, runPeer, stepDifferences, withFolder } from './ours.mjs';
import { openSession, runSession } from './peer.mjs';

const SAMPLES = 3;
/** Of sums of some hundred float32 products in two orders, relative to the largest. */
const TOLERANCE = 2e-6;

const ort = peerOrSkip();
const program = cliOrSkip();
const assets = assetsOrSkip();
const report = new Report();

const largest = ({ data }) => data.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
const distance = (a, b) => a.data.reduce((m, v, i) => Math.max(m, Math.abs(v - b.data[i])), 0) / largest(b);
const inGroups = (node) => node.op === 'DequantizeLinear' && node.raw.includes('block_size');

function exported(dir, id, activations) {
  const file = path.join(dir, `${id}.onnx`);
  const dataset = path.join(assets, 'datasets', `${id}.json`);
  cli(program, ['quantize', path.join(assets, 'models', `${id}.onnx`), '--data', dataset, '-o', file, '--weights', 'int4:group:32', '--activations', activations]);
  return file;
}

/** One island on one sample's codes: how many codes differ, and how many of those are not next to a half. */
async function compareIsland(model, island, values, file) {
  const inputs = Object.fromEntries(island.inputs.map((name) => [name, values[name]]));
  const bytes = assemble(model, island.nodes, inputs, { [island.output]: island.dtype });
  fs.writeFileSync(file, bytes);
  const theirs = (await runPeer(ort, bytes, inputs, 'all'))[island.output];
  const ours = runOurs(program, file, inputs, { precision: 'simulated' })[island.output];
  const last = island.nodes.at(-1);
  const sums = values[last.inputs[0]];
  const step = scalarOf(model.initializers.get(last.inputs[1]));
  const isTie = (sum) => Math.abs(Math.abs(sum / step - Math.round(sum / step)) - 0.5) * step <= TOLERANCE * largest(sums);
  const differing = [...theirs.data.keys()].filter((i) => theirs.data[i] !== ours.data[i]);
  return { elements: theirs.data.length, differing: differing.length, unexplained: differing.filter((i) => !isTie(sums.data[i])).length, more: stepDifferences(ours, theirs, 1).more };
}

async function compareModel(dir, id) {
  const file = exported(dir, id, 'uint8');
  const model = dismantle(fs.readFileSync(file));
  const islands = islandsOf(model).filter((i) => i.nodes.some(inGroups));
  const names = [...new Set(islands.flatMap((i) => [...i.inputs, i.nodes.at(-1).inputs[0]]))].filter((n) => !model.outputs.includes(n));
  const session = await openSession(ort, file, { level: 'disabled', tensors: names });
  const { input } = FLOAT_MODELS.find((m) => m.file === `${id}.onnx`);
  const total = { elements: 0, differing: 0, unexplained: 0, more: 0 };
  for (let i = 0; i < SAMPLES; i++) {
    const values = await runSession(ort, session, { [session.inputNames[0]]: input(assets, i) });
    for (const island of islands) {
      const found = await compareIsland(model, island, values, path.join(dir, 'island.onnx'));
      for (const key of Object.keys(total)) total[key] += found[key];
    }
  }
  await session.release();
  report.check(`${id} islands`, islands.length > 0 && total.unexplained === 0 && total.more === 0,
    `${islands.length} islands, ${total.differing} of ${total.elements} codes differ, ${total.unexplained} of them far from a half, ${total.more} by more than a step`);
}

/** The peer's answer where MatMulNBits multiplies in float32. */
async function runInFloat(file, inputs) {
  const session = await ort.InferenceSession.create(file, { graphOptimizationLevel: 'all', logSeverityLevel: 4, extra: { session: { qdq_matmulnbits_accuracy_level: '1' } } });
  try {
    return Object.values(await runSession(ort, session, inputs))[0];
  } finally {
    await session.release();
  }
}

async function compareWeightsAlone(dir, id) {
  const file = exported(dir, id, 'float32');
  const inputs = { [cli(program, ['inspect', file]).inputs[0].name]: FLOAT_MODELS.find((m) => m.file === `${id}.onnx`).input(assets, 0) };
  const ours = Object.values(runOurs(program, file, inputs, { precision: 'simulated' }))[0];
  const rounded = Object.values(await runPeer(ort, file, inputs, 'all'))[0];
  const inFloat = distance(ours, await runInFloat(file, inputs));
  report.check(`${id} weights alone, accuracy level 1`, inFloat <= TOLERANCE, inFloat.toExponential(2));
  report.check(`${id} weights alone, accuracy level 4 is not float`, distance(ours, rounded) > 100 * TOLERANCE, distance(ours, rounded).toExponential(2));
}

await withFolder(async (dir) => {
  for (const id of ['resnet8_cifar10', 'mnist_cnn_cntk_op8', 'kwt1_keyword_transformer']) await report.guard(id, () => compareModel(dir, id));
  await report.guard('weights alone', () => compareWeightsAlone(dir, 'mnist_cnn_cntk_op8'));
});
report.finish();
