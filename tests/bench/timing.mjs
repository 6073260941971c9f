// SPDX-License-Identifier: GPL-3.0-or-later
// Times one model with our program and with the peer. Blocks of runs alternate between the two, so that a change of the
// machine's mood hits both.
import { spawn } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cli } from '../interop/check.mjs';
import { timingShapes } from '../interop/models.mjs';

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

export const geometricMean = (values) => Math.exp(values.reduce((s, v) => s + Math.log(v), 0) / values.length);

/** A long-lived `ort.mjs serve`. */
export class PeerServer {
  constructor() {
    const script = path.join(path.dirname(fileURLToPath(import.meta.url)), '../interop/ort.mjs');
    this.child = spawn(process.execPath, [script, 'serve'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.lines = readline.createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async ask(request) {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error('the peer ended');
    const answer = JSON.parse(value);
    if (answer.error) throw new Error(`peer: ${answer.error}`);
    return answer;
  }

  close() {
    this.child.stdin.end();
  }
}

/** One block of runs of ours: least and median time, and what the program says of its memory. */
export function ourBlock(program, model, { threads, repeat, warmup, precision }) {
  const shapes = Object.entries(timingShapes(model)).flatMap(([name, dims]) => ['--shape', `${name}=${dims.join('x')}`]);
  return cli(program, ['bench', model, ...shapes, '--repeat', String(repeat), '--warmup', String(warmup), '--precision', precision], { threads });
}

/** Peak memory of a process after few and after many runs: the same where nothing is kept from run to run. */
export function memoryGrowth(program, models) {
  const peak = (model, repeat) => ourBlock(program, model, { threads: 1, repeat, warmup: 1, precision: 'float' }).peakRssBytes;
  return models.map((model) => ({ model: path.basename(model, '.onnx'), fewBytes: peak(model, 10), manyBytes: peak(model, 1000) }));
}

/** Runs that fill about a quarter of a second, between 5 and 500. */
function repeatsFor(ms) {
  return Math.min(500, Math.max(5, Math.round(250 / Math.max(ms, 0.01))));
}

/** Least times and medians of alternating blocks of one model at one number of threads; a ratio above 1: ours is faster. */
export async function timeModel(peer, program, model, { threads, rounds, warmup, precision, repeat }) {
  await peer.ask({ load: model, id: 'm', level: 'all', threads, shapes: timingShapes(model) });
  try {
    const first = ourBlock(program, model, { threads, repeat: 3, warmup: 1, precision });
    const runs = repeat ?? repeatsFor(first.minMs);
    const ours = [];
    const theirs = [];
    for (let round = 0; round < rounds; ++round) {
      theirs.push(await peer.ask({ time: 'm', repeat: runs, warmup }));
      ours.push(ourBlock(program, model, { threads, repeat: runs, warmup, precision }));
    }
    const sum = (blocks) => ({ minMs: Math.min(...blocks.map((b) => b.minMs)), medianMs: median(blocks.map((b) => b.medianMs)), blocks: blocks.map((b) => b.medianMs) });
    const [o, t] = [sum(ours), sum(theirs)];
    const { forecastPeakBytes, peakRssBytes, arenaBytes, weightBytes } = ours[0];
    return {
      runs, ours: o, peer: t, ratio: t.minMs / o.minMs, medianRatio: t.medianMs / o.medianMs,
      memory: { forecastPeakBytes, peakRssBytes, arenaBytes, weightBytes },
    };
  } finally {
    await peer.ask({ release: 'm' });
  }
}
