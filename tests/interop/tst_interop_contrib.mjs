#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Operators of com.microsoft in float: our program against the peer, which defines them.
import fs from 'node:fs';
import path from 'node:path';
import { Report, cliOrSkip, peerOrSkip } from './check.mjs';
import { compareTensors } from './compare.mjs';
import { CONTRIB_MODELS } from './contrib.mjs';
import { runOurs, runPeer, withFolder } from './ours.mjs';

const ort = peerOrSkip();
const program = cliOrSkip();
const report = new Report();

/** Sums of some dozens of products in float32 on both sides, and the peer's own exp and tanh. */
const TOLERANCE = 2e-6;

await withFolder(async (dir) => {
  for (const { name, bytes, inputs } of CONTRIB_MODELS) {
    const file = path.join(dir, 'model.onnx');
    fs.writeFileSync(file, bytes);
    await report.guard(name, async () => {
      const theirs = await runPeer(ort, file, inputs, 'disabled');
      const ours = runOurs(program, file, inputs);
      for (const [output, expected] of Object.entries(theirs)) {
        const c = compareTensors(ours[output], expected);
        report.check(`${name} ${output}`, c.sameShape && c.sameType && c.maxRelative <= TOLERANCE, `${c.maxRelative.toExponential(2)} of ${c.largest.toPrecision(3)}`);
      }
    });
  }
});
report.finish();
