// SPDX-License-Identifier: GPL-3.0-or-later
// Our program beside the peer: the same inputs through both, outputs as tensors.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cli } from './check.mjs';
import { readNpy, writeNpy } from './npy.mjs';
import { openSession, runSession } from './peer.mjs';

/** A new folder that `body` may fill; removed afterwards. */
export async function withFolder(body) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-interop-'));
  try {
    return await body(dir);
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

/** `tensorlathe-cli run`: {name: tensor} in and out. */
export function runOurs(program, model, inputs, { precision = 'float', threads = 1 } = {}) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-run-'));
  try {
    const given = Object.entries(inputs).flatMap(([name, tensor], i) => {
      const file = path.join(dir, `in${i}.npy`);
      writeNpy(file, tensor);
      return ['--input', `${name}=${file}`];
    });
    const result = cli(program, ['run', model, ...given, '--output-dir', path.join(dir, 'out'), '--precision', precision], { threads });
    return Object.fromEntries(result.outputs.map(({ name, file }) => [name, readNpy(fs.existsSync(file) ? file : path.join(dir, 'out', file))]));
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

/** The peer's answer at a level. */
export async function runPeer(ort, model, inputs, level) {
  const session = await openSession(ort, model, { level });
  try {
    return await runSession(ort, session, inputs);
  } finally {
    await session.release();
  }
}

/** How many elements of two answers on one grid are equal, one step apart, further apart. `step` is the grid's scale. */
export function stepDifferences(a, b, step) {
  const counts = { elements: a.data.length, equal: 0, oneStep: 0, more: 0, largest: 0 };
  for (let i = 0; i < a.data.length; ++i) {
    const steps = Math.round(Math.abs(a.data[i] - b.data[i]) / step);
    counts.largest = Math.max(counts.largest, steps);
    if (steps === 0) ++counts.equal;
    else if (steps === 1) ++counts.oneStep;
    else ++counts.more;
  }
  return counts;
}

/** Samples of a dataset file that NumPy and Pillow prepared: {samples, labels}; both null, with the reason, where those are missing. */
export function preparedSamples(dataset, dir, { split = 'validation', count = 0 } = {}) {
  const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'prepare.py');
  const [x, y] = [path.join(dir, 'samples.npy'), path.join(dir, 'labels.npy')];
  for (const file of [x, y]) fs.rmSync(file, { force: true });
  const result = spawnSync('/usr/bin/python3', [script, dataset, '--split', split, '--count', String(count), '-o', x, '--labels', y], { encoding: 'utf8' });
  if (result.status !== 0) return { samples: null, labels: null, reason: (result.stderr ?? '').trim().split('\n').pop() || 'python3 is missing' };
  return { samples: readNpy(x), labels: fs.existsSync(y) ? readNpy(y) : null };
}
