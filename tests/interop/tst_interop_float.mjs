#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Our float run of every model of the assets against the peer, at level `disabled` where the model does not say another: the largest difference, relative to the output's largest magnitude.
import fs from 'node:fs';
import path from 'node:path';
import { Report, assetsOrSkip, cliOrSkip, peerOrSkip } from './check.mjs';
import { compareTensors } from './compare.mjs';
import { FLOAT_MODELS, OTHER_BRANCHES, QUANTIZED_MODELS } from './models.mjs';
import { runOurs, runPeer } from './ours.mjs';
import { openSession } from './peer.mjs';

const ort = peerOrSkip();
const program = cliOrSkip();
const assets = assetsOrSkip();
const report = new Report();

/** The models of the assets that our program must refuse: what they need is outside of ONNX. */
const REFUSED = ['structural/superres_with_pre_post_processing_op18.onnx'];

function check(label, tolerance, expected, actual) {
  const c = actual ? compareTensors(actual, expected) : null;
  const detail = c ? `${c.maxRelative.toExponential(2)} relative to ${c.largest.toPrecision(4)}${c.sameShape ? '' : `, shape ${actual.shape} instead of ${expected.shape}`}` : 'no such output';
  report.check(label, c !== null && c.maxRelative <= tolerance && c.sameShape && c.sameType, detail);
}

async function compareModel({ file, tolerance, input, inputs, state = {}, steps = 1, level = 'disabled' }) {
  const model = path.join(assets, 'models', file);
  const session = await openSession(ort, model, { level: 'disabled' });
  const sources = inputs ?? { [session.inputNames[0]]: input };
  await session.release();
  let before = null;
  for (let step = 0; step < steps; ++step) {
    const given = Object.fromEntries(Object.entries(sources).map(([name, source]) => [name, before && state[name] ? before[state[name]] : source(assets, step)]));
    const theirs = await runPeer(ort, model, given, level);
    const ours = runOurs(program, model, given);
    for (const [name, expected] of Object.entries(theirs)) check(`${file} ${name}${steps > 1 ? `, step ${step}` : ''}`, tolerance, expected, ours[name]);
    before = theirs;
  }
}

for (const model of [...FLOAT_MODELS, ...OTHER_BRANCHES]) await report.guard(model.file, () => compareModel(model));

for (const file of REFUSED) {
  await report.guard(file, async () => {
    let message = '';
    try {
      runOurs(program, path.join(assets, 'models', file), {});
    } catch (error) {
      message = String(error.message);
    }
    report.check(`${file} is refused`, /not supported|was not given/.test(message), message);
  });
}

/** No model of the assets is left out. */
const known = new Set([...FLOAT_MODELS, ...QUANTIZED_MODELS].map((m) => m.file).concat(REFUSED));
const all = fs.readdirSync(path.join(assets, 'models'), { recursive: true }).map(String).filter((f) => f.endsWith('.onnx'));
for (const file of all) if (!known.has(file)) report.check(`${file} is compared`, false, 'it is on no list');
report.finish();
