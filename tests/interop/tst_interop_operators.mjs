#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// The expected values of our own operator cases (tests/suites/cases) against the peer. With --print the peer's outputs of
// the cases named (all when none is) come out as lines of a case file.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Report, peerOrSkip, skip } from './check.mjs';
import { compareTensors } from './compare.mjs';
import { asNumbers, readNpy } from './npy.mjs';
import { openSession, runSession } from './peer.mjs';
import { withFolder } from './ours.mjs';

/** Cases that the peer cannot run, or answers otherwise, and why. */
const EXCEPTIONS = {
  cast_float16: 'the peer takes saturate for float8 alone',
  constant_of_shape_int4: 'the peer has no int4 ConstantOfShape',
  one_hot_of_floats: 'the peer has no OneHot of float32 indices and int8 values',
  reshape_and_transpose_uint4: 'the peer has no uint4 Reshape',
  shape_of_int4: 'the peer has no Shape of int4',
};

/** float32 sums in another order; expected values are otherwise those of the peer or exact. */
const TOLERANCE = 2 ** -19;

const ort = peerOrSkip();
const program = process.env.LATHE_WRITE_CASES ?? 'build/release/tests/suites/write_cases';
if (!fs.existsSync(program)) skip('write_cases is not built; set LATHE_WRITE_CASES');
const printing = process.argv[2] === '--print';
const wanted = process.argv.slice(printing ? 3 : 2);

async function peerOutputs(folder, entry) {
  const session = await openSession(ort, path.join(folder, entry.name, 'model.onnx'), { level: 'disabled' });
  try {
    return await runSession(ort, session, Object.fromEntries(entry.inputs.map(({ name, file }) => [name, readNpy(path.join(folder, entry.name, file))])));
  } finally {
    await session.release();
  }
}

function line(name, tensor) {
  const values = Array.from(asNumbers(tensor), (v) => String(v).replace('Infinity', 'inf').replace('NaN', 'nan'));
  const shape = tensor.shape.length ? tensor.shape.join('x') : '';
  return `${name}: ${tensor.dtype}[${shape}] = [${values.join(', ')}]`;
}

function compare(report, folder, entry, theirs) {
  for (const { name, file } of entry.outputs) {
    const c = compareTensors(readNpy(path.join(folder, entry.name, file)), theirs[name]);
    report.check(`${entry.name} ${name}`, c.maxRelative <= TOLERANCE && c.sameShape && c.sameType,
      `${c.maxAbs.toExponential(2)} of ${c.largest.toPrecision(4)}${c.sameShape && c.sameType ? '' : `, ${theirs[name].dtype} [${theirs[name].shape}]`}`);
  }
}

await withFolder(async (folder) => {
  const made = spawnSync(program, [folder], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  const index = JSON.parse(fs.readFileSync(path.join(folder, 'index.json')));
  const report = new Report();
  for (const entry of index.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    if (printing) {
      process.stdout.write(`== ${entry.name}\n`);
      try {
        for (const [name, tensor] of Object.entries(await peerOutputs(folder, entry))) process.stdout.write(`${line(name, tensor)}\n`);
      } catch (error) {
        process.stdout.write(`# ${error.message}\n`);
      }
    } else if (EXCEPTIONS[entry.name]) {
      process.stdout.write(`     ${entry.name}: ${EXCEPTIONS[entry.name]}\n`);
    } else {
      await report.guard(entry.name, async () => compare(report, folder, entry, await peerOutputs(folder, entry)));
    }
  }
  if (!printing) report.finish();
});
