#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Whole models, exported by us: every file loads at every level; literal against `basic` and simulated against `all`
// name the same class on at least 97 % of the samples.
import path from 'node:path';
import fs from 'node:fs';
import { Report, assetsOrSkip, cli, cliOrSkip, peerOrSkip } from './check.mjs';
import { top1Agreement } from './compare.mjs';
import { loadReport } from './ort.mjs';
import { preparedSamples, runOurs, withFolder } from './ours.mjs';
import { openSession, runSession } from './peer.mjs';

const wanted = process.argv.slice(2);
const MODELS = wanted.length > 0 ? wanted : ['kws_ds_cnn', 'mnist_cnn_cntk_op8', 'resnet8_cifar10', 'vww_mobilenet_v1_025_96'];
const SETTINGS = [
  { name: 'w8a8', args: ['--weights', 'int8', '--activations', 'uint8'], samples: 100 },
  { name: 'w4a8', args: ['--weights', 'int4', '--activations', 'uint8'] },
  { name: 'w8a4', args: ['--weights', 'int8', '--activations', 'uint4'] },
  { name: 'w2a8', args: ['--weights', 'int2', '--activations', 'uint8'] },
  { name: 'w6a6', args: ['--weights', 'int6', '--activations', 'uint6'] },
  { name: 'w4a8 packed', args: ['--weights', 'int4', '--activations', 'uint8', '--packed'] },
  { name: 'w4a4 packed', args: ['--weights', 'int4', '--activations', 'uint4', '--packed'], mayRefuse: true },
  { name: 'w8a4 packed', args: ['--weights', 'int8', '--activations', 'uint4', '--packed'], mayRefuse: true },
  { name: 'w8a16 packed', args: ['--weights', 'int8', '--activations', 'uint16', '--packed'] },
  { name: 'weights only', args: ['--weights', 'int8', '--activations', 'float32'] },
  { name: 'groups of 32', args: ['--weights', 'int4:group:32', '--activations', 'uint8'], own: true, samples: 100 },
  { name: 'groups of 32 packed', args: ['--weights', 'int4:group:32', '--activations', 'uint8', '--packed'], own: true },
  { name: 'weights only in groups', args: ['--weights', 'uint4:group:32', '--activations', 'float32', '--packed'], own: true, samples: 20 },
  { name: 'powers of two', args: ['--weights', 'int8:channel:symmetric:pow2', '--activations', 'uint8:tensor:asymmetric:pow2'], own: true, samples: 100 },
  { name: 'float8 weights', args: ['--weights', 'float8e4m3:channel', '--activations', 'float32'], own: true, samples: 20 },
  { name: 'float8 e5m2 weights', args: ['--weights', 'float8e5m2:channel', '--activations', 'float32'], own: true },
  { name: 'float8', args: ['--weights', 'float8e4m3:channel', '--activations', 'float8e4m3'], own: true, mayRefuse: true },
  { name: 'dynamic', args: ['--weights', 'int8', '--activations', 'uint8:dynamic'], samples: 100 },
];
const PAIRS = [{ precision: 'simulated', level: 'all' }, { precision: 'literal', level: 'basic' }];
const LEAST_AGREEMENT = 0.97;

const ort = peerOrSkip();
const program = cliOrSkip();
const assets = assetsOrSkip();
const report = new Report();

function stack(tensors) {
  const size = tensors[0].data.length;
  const data = new Float32Array(size * tensors.length);
  tensors.forEach((t, i) => data.set(t.data, i * size));
  return { dtype: 'float32', shape: [tensors.length, size], data };
}

async function agreement(name, exported, samples) {
  const input = cli(program, ['inspect', exported]).inputs[0].name;
  const size = samples.data.length / samples.shape[0];
  const single = (i) => ({ [input]: { dtype: 'float32', shape: [1, ...samples.shape.slice(1)], data: samples.data.slice(i * size, (i + 1) * size) } });
  for (const { precision, level } of PAIRS) {
    const [ours, theirs] = [[], []];
    const session = await openSession(ort, exported, { level });
    for (let i = 0; i < samples.shape[0]; ++i) {
      ours.push(Object.values(runOurs(program, exported, single(i), { precision }))[0]);
      theirs.push(Object.values(await runSession(ort, session, single(i)))[0]);
    }
    await session.release();
    const share = top1Agreement(stack(ours), stack(theirs));
    report.check(`${name} ${precision} against ${level}`, share >= LEAST_AGREEMENT, `top-1 equal on ${(100 * share).toFixed(1)} % of ${samples.shape[0]}`);
  }
}

/** A refusal is fine where the peer would refuse the file; it must say what to do instead. */
function exportModel(model, dataset, exported, setting) {
  try {
    cli(program, ['quantize', model, '--data', dataset, '-o', exported, ...setting.args, ...(setting.own ? [] : ['--granularity', 'channel']), '--method', 'mse']);
    return true;
  } catch (error) {
    if (!setting.mayRefuse || error.status !== 1 || fs.existsSync(exported)) throw error;
    report.check(`${path.basename(model)} ${setting.name} is refused with a reason`, error.message.length > 40, error.message);
    return false;
  }
}

for (const id of MODELS) {
  await withFolder(async (dir) => {
    const model = path.join(assets, 'models', `${id}.onnx`);
    const dataset = path.join(assets, 'datasets', `${id}.json`);
    for (const [i, setting] of SETTINGS.entries()) {
      const name = `${id} ${setting.name}`;
      await report.guard(name, async () => {
        const exported = path.join(dir, `q${i}.onnx`);
        if (!exportModel(model, dataset, exported, setting)) return;
        const loaded = await loadReport(ort, exported);
        const refused = Object.entries(loaded.levels).filter(([, l]) => !l.ok).map(([l, r]) => `${l}: ${r.error}`);
        if (!report.check(`${name} loads at every level`, loaded.ok, refused.join('; '))) return;
        if (!setting.samples) return;
        const { samples } = preparedSamples(dataset, dir, { count: setting.samples });
        if (samples) await agreement(name, exported, samples);
        else process.stdout.write(`note: no samples for ${name}; install python3-numpy and python3-pil\n`);
      });
    }
  });
}
report.finish();
