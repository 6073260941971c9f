#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Makes reference material: inputs and the peer's answers for the asset models, into the folder given.
// Usage: goldens.mjs FOLDER. Float models are run at level `disabled`, quantized ones at `basic` and `all`.
import fs from 'node:fs';
import path from 'node:path';
import { FLOAT_MODELS, QUANTIZED_MODELS, assetsDir } from './models.mjs';
import { safeName, writeNpy } from './npy.mjs';
import { openSession, requirePeer, runSession } from './peer.mjs';

const SAMPLES = 3;

function save(root, relative, tensor) {
  const file = path.join(root, relative);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  writeNpy(file, tensor);
  return { file: relative, dtype: tensor.dtype, shape: tensor.shape };
}

async function goldensOf(ort, assets, root, model, levels) {
  const folder = model.file.replace(/\.onnx$/, '').replace(/[^A-Za-z0-9._-]/g, '_');
  const entry = { model: `models/${model.file}`, samples: [] };
  for (let i = 0; i < SAMPLES; ++i) entry.samples.push({ inputs: [], outputs: {} });
  for (const level of levels) {
    const session = await openSession(ort, path.join(assets, 'models', model.file), { level });
    const name = session.inputNames[0];
    for (const [i, sample] of entry.samples.entries()) {
      const input = model.input(assets, i);
      sample.inputs = [{ name, ...save(root, `${folder}/input_${i}.npy`, input) }];
      const outputs = await runSession(ort, session, { [name]: input });
      sample.outputs[level] = Object.entries(outputs).map(([out, t]) => ({ name: out, ...save(root, `${folder}/${level}_${i}_${safeName(out)}.npy`, t) }));
    }
    await session.release();
  }
  return entry;
}

async function main() {
  const root = process.argv[2];
  const assets = assetsDir();
  if (!root) throw new Error('usage: goldens.mjs FOLDER');
  if (!assets) throw new Error('the shared test material is missing; set LATHE_SHARED_DIR');
  const ort = requirePeer();
  const manifest = { peer: 'onnxruntime-node 1.30.0', models: [] };
  for (const model of FLOAT_MODELS) manifest.models.push({ kind: 'float', tolerance: model.tolerance, ...await goldensOf(ort, assets, root, model, ['disabled']) });
  for (const model of QUANTIZED_MODELS) manifest.models.push({ kind: 'quantized', ...await goldensOf(ort, assets, root, model, ['basic', 'all']) });
  fs.writeFileSync(path.join(root, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
}

main().catch((error) => {
  process.stderr.write(`goldens.mjs: ${error.message}\n`);
  process.exitCode = 1;
});
