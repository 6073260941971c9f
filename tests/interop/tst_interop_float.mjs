#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Our float run against the peer at level `disabled`: the largest difference, relative to the output's largest magnitude.
import path from 'node:path';
import { Report, assetsOrSkip, cliOrSkip, peerOrSkip } from './check.mjs';
import { compareTensors } from './compare.mjs';
import { FLOAT_MODELS } from './models.mjs';
import { runOurs, runPeer } from './ours.mjs';
import { openSession } from './peer.mjs';

const ort = peerOrSkip();
const program = cliOrSkip();
const assets = assetsOrSkip();
const report = new Report();

for (const { file, tolerance, input } of FLOAT_MODELS) {
  await report.guard(file, async () => {
    const model = path.join(assets, 'models', file);
    const session = await openSession(ort, model, { level: 'disabled' });
    const inputs = { [session.inputNames[0]]: input(assets, 0) };
    await session.release();
    const theirs = await runPeer(ort, model, inputs, 'disabled');
    const ours = runOurs(program, model, inputs);
    for (const [name, expected] of Object.entries(theirs)) {
      const c = ours[name] ? compareTensors(ours[name], expected) : null;
      const detail = c ? `${c.maxRelative.toExponential(2)} relative to ${c.largest.toPrecision(4)}${c.sameShape ? '' : `, shape ${ours[name].shape} instead of ${expected.shape}`}` : 'no such output';
      report.check(`${file} ${name}`, c !== null && c.maxRelative <= tolerance && c.sameShape && c.sameType, detail);
    }
  });
}
report.finish();
