#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Our integer kernels on whole quantized models against the peer's (level `all`): the largest output of the same index for at
// least 97 % of the samples, for models whose output is a row of scores.
import path from 'node:path';
import { Report, assetsOrSkip, cliOrSkip, peerOrSkip } from './check.mjs';
import { QUANTIZED_MODELS } from './models.mjs';
import { runOurs } from './ours.mjs';
import { openSession, runSession } from './peer.mjs';

const SAMPLES = 20;
const SAME_SHARE = 0.97;

const ort = peerOrSkip();
const program = cliOrSkip();
const assets = assetsOrSkip();
const report = new Report();
const largest = (data) => data.reduce((best, v, i) => (v > data[best] ? i : best), 0);

for (const { file, input } of QUANTIZED_MODELS) {
  await report.guard(file, async () => {
    const model = path.join(assets, 'models', file);
    const session = await openSession(ort, model, { level: 'all' });
    let same = 0;
    let rows = true;
    for (let i = 0; i < SAMPLES && rows; i++) {
      const inputs = { [session.inputNames[0]]: input(assets, i) };
      const [name, theirs] = Object.entries(await runSession(ort, session, inputs))[0];
      rows = theirs.shape.length === 2;
      if (rows) same += largest(runOurs(program, model, inputs, { precision: 'integer' })[name].data) === largest(theirs.data) ? 1 : 0;
    }
    await session.release();
    if (rows) report.check(`${file} integer against all`, same / SAMPLES >= SAME_SHARE, `${same} of ${SAMPLES} samples agree`);
  });
}
report.finish();
