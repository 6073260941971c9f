#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// What `--precision saturating` takes for granted: on x86 the peer makes unsigned codes of signed activations, and leaves the
// weights signed, so that its kernels add u8 x s8 products in pairs where there is no VNNI.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Report, assetsOrSkip, peerOrSkip, skip } from './check.mjs';
import { QUANTIZED_MODELS } from './models.mjs';
import { dismantle } from './onnx.mjs';

if (process.arch !== 'x64') skip('the peer rewrites signed activations on x86 only');
const ort = peerOrSkip();
const assets = assetsOrSkip();
const report = new Report();

/** The graph that the peer runs at its default level. */
async function optimized(model) {
  const dump = path.join(os.tmpdir(), `lathe-signed-${process.pid}.onnx`);
  try {
    const session = await ort.InferenceSession.create(model, { graphOptimizationLevel: 'all', logSeverityLevel: 4, optimizedModelFilePath: dump });
    await session.release();
    return dismantle(fs.readFileSync(dump));
  } finally {
    fs.rmSync(dump, { force: true });
  }
}

let signedModels = 0;
for (const { file } of QUANTIZED_MODELS.filter((m) => m.file.endsWith('_qdq.onnx'))) {
  await report.guard(file, async () => {
    const model = path.join(assets, 'models', file);
    const activations = (graph, op) => graph.nodes.filter((n) => n.op === op).map((n) => graph.initializers.get(n.inputs[2])?.dtype);
    const before = dismantle(fs.readFileSync(model));
    if (!activations(before, 'QuantizeLinear').includes('int8')) return;
    signedModels++;
    const { nodes, initializers } = await optimized(model);
    const products = nodes.filter((n) => n.op === 'QLinearConv' || n.op === 'QGemm');
    const typesOf = (operand) => [...new Set(products.map((n) => initializers.get(n.inputs[operand])?.dtype))].join(', ');
    report.check(`${file}: activations`, typesOf(2) === 'uint8', typesOf(2));
    report.check(`${file}: weights`, typesOf(5) === 'int8', typesOf(5));
  });
}
report.check('models with signed activations', signedModels > 0, `${signedModels}`);
report.finish();
