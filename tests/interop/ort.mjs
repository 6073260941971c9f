#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// The peer runtime on the command line. See README.md beside this file.
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { parseArgs } from 'node:util';
import { LEVELS, openSession, requirePeer, runSession } from './peer.mjs';
import { DTYPES, elementCount, readNpy, safeName, writeNpy } from './npy.mjs';
import { parseShape, uniformTensor } from './inputs.mjs';
import { compareTensors } from './compare.mjs';

const USAGE = `usage: ort.mjs VERB ...
  run MODEL --input NAME=F.npy ... --output-dir D [--level all] [--threads 1] [--tensors N1,N2]
  load MODEL
  batch MODEL --inputs X.npy --output-dir D [--input NAME] [--level all] [--threads 1]
  bench MODEL [--shape NAME=1x3x224x224] [--level all] [--threads 1] [--repeat 20] [--warmup 3]
  serve                               JSON lines: see README.md
  compare A.npy B.npy
levels: ${LEVELS.join(', ')}`;

class UsageError extends Error {}

const OPTIONS = {
  input: { type: 'string', multiple: true, default: [] },
  inputs: { type: 'string' },
  'output-dir': { type: 'string' },
  level: { type: 'string', default: 'all' },
  threads: { type: 'string', default: '1' },
  tensors: { type: 'string', default: '' },
  shape: { type: 'string', multiple: true, default: [] },
  repeat: { type: 'string', default: '20' },
  warmup: { type: 'string', default: '3' },
};

function whole(options, name) {
  const n = Number(options[name]);
  if (!Number.isInteger(n) || n < 0) throw new UsageError(`--${name} needs a whole number`);
  return n;
}

function pairs(list, what) {
  return Object.fromEntries(list.map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw new UsageError(`'${text}' is not ${what}`);
    return [text.slice(0, at), text.slice(at + 1)];
  }));
}

function need(value, what) {
  if (!value) throw new UsageError(`${what} is missing`);
  return value;
}

function writeOutputs(dir, tensors) {
  fs.mkdirSync(dir, { recursive: true });
  return Object.entries(tensors).map(([name, tensor]) => {
    const file = path.join(dir, `${safeName(name)}.npy`);
    writeNpy(file, tensor);
    return { name, file, shape: tensor.shape, dtype: tensor.dtype };
  });
}

async function run(model, options) {
  const ort = requirePeer();
  const inputs = Object.entries(pairs(options.input, 'NAME=FILE.npy')).map(([name, file]) => [name, readNpy(file)]);
  const tensors = options.tensors.split(',').filter(Boolean);
  const session = await openSession(ort, model, { level: options.level, threads: whole(options, 'threads'), tensors });
  const outputs = await runSession(ort, session, Object.fromEntries(inputs));
  return { outputs: writeOutputs(need(options['output-dir'], '--output-dir'), outputs) };
}

/** Tries every level; a refusal is an answer here, not an error. */
export async function loadReport(ort, model) {
  const levels = {};
  for (const level of LEVELS) {
    try {
      const session = await openSession(ort, model, { level });
      levels[level] = { ok: true };
      await session.release();
    } catch (error) {
      levels[level] = { ok: false, error: error.message };
    }
  }
  return { ok: Object.values(levels).every((l) => l.ok), levels };
}

/** Runs sample by sample over the first axis and stacks every output. */
export async function runBatch(ort, session, inputName, samples) {
  const count = samples.shape[0];
  const shape = [1, ...samples.shape.slice(1)];
  const size = elementCount(shape);
  const stacked = {};
  for (let i = 0; i < count; ++i) {
    const data = samples.data.slice(i * size, (i + 1) * size);
    const outputs = await runSession(ort, session, { [inputName]: { dtype: samples.dtype, shape: fit(session, inputName, shape), data } });
    for (const [name, t] of Object.entries(outputs)) {
      const rest = t.shape[0] === 1 ? t.shape.slice(1) : t.shape;
      stacked[name] ??= { dtype: t.dtype, shape: [count, ...rest], data: new DTYPES[t.dtype].array(count * t.data.length) };
      stacked[name].data.set(t.data, i * t.data.length);
    }
  }
  return stacked;
}

/** The sample's shape without its leading 1 where the model's input has one axis less. */
function fit(session, inputName, shape) {
  const meta = session.inputMetadata.find((m) => m.name === inputName);
  return meta && meta.shape.length === shape.length - 1 ? shape.slice(1) : shape;
}

async function batch(model, options) {
  const ort = requirePeer();
  const samples = readNpy(need(options.inputs, '--inputs'));
  const session = await openSession(ort, model, { level: options.level, threads: whole(options, 'threads') });
  const outputs = await runBatch(ort, session, options.input[0] ?? session.inputNames[0], samples);
  return { samples: samples.shape[0], outputs: writeOutputs(need(options['output-dir'], '--output-dir'), outputs) };
}

function zeros(dtype, shape) {
  const entry = DTYPES[dtype];
  if (!entry) throw new Error(`an input of type ${dtype} cannot be made here`);
  return { dtype, shape, data: new entry.array(elementCount(shape)) };
}

/** Inputs for timing: float32 uniform in [0, 1], other types zero; free axes are 1 unless `shapes` says otherwise. */
export function timingInputs(session, shapes = {}) {
  return Object.fromEntries(session.inputMetadata.map(({ name, type, shape }) => {
    const dims = shapes[name] ?? shape.map((d) => (typeof d === 'number' && d > 0 ? d : 1));
    return [name, type === 'float32' ? uniformTensor(dims, 0, 1, 1) : zeros(type, dims)];
  }));
}

/** Milliseconds of each of `repeat` runs after `warmup` runs. */
export async function timeRuns(ort, session, inputs, repeat, warmup) {
  const { toPeer } = await import('./peer.mjs');
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, t]) => [name, toPeer(ort, t)]));
  const times = [];
  for (let i = 0; i < warmup + repeat; ++i) {
    const begin = process.hrtime.bigint();
    await session.run(feeds);
    if (i >= warmup) times.push(Number(process.hrtime.bigint() - begin) / 1e6);
  }
  return times;
}

/** Median, least and 90th percentile. */
export function summary(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const medianMs = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { medianMs, minMs: sorted[0], p90Ms: sorted[Math.max(0, Math.ceil(sorted.length * 0.9) - 1)] };
}

async function bench(model, options) {
  const ort = requirePeer();
  const threads = whole(options, 'threads');
  const session = await openSession(ort, model, { level: options.level, threads });
  const shapes = Object.fromEntries(Object.entries(pairs(options.shape, 'NAME=1x3x224x224')).map(([n, s]) => [n, parseShape(s)]));
  const times = await timeRuns(ort, session, timingInputs(session, shapes), Math.max(1, whole(options, 'repeat')), whole(options, 'warmup'));
  return { ...summary(times), threads, level: options.level, peakRssBytes: process.resourceUsage().maxRSS * 1024 };
}

/** One request of `serve`: {"load":..}, {"time":..}, {"release":..}; answers are one JSON line each. */
async function answer(ort, sessions, request) {
  if (request.load !== undefined) {
    const session = await openSession(ort, request.load, { level: request.level, threads: request.threads });
    sessions.set(request.id, { session, inputs: timingInputs(session, request.shapes) });
    return { loaded: request.id };
  }
  const entry = sessions.get(request.time ?? request.release);
  if (!entry) throw new Error(`no model is loaded as '${request.time ?? request.release}'`);
  if (request.release !== undefined) {
    sessions.delete(request.release);
    await entry.session.release();
    return { released: request.release };
  }
  const timesMs = await timeRuns(ort, entry.session, entry.inputs, request.repeat ?? 20, request.warmup ?? 3);
  return { timesMs, ...summary(timesMs) };
}

async function serve() {
  const ort = requirePeer();
  const sessions = new Map();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue;
    let reply;
    try {
      reply = await answer(ort, sessions, JSON.parse(line));
    } catch (error) {
      reply = { error: error.message };
    }
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
}

const VERBS = {
  run, batch, bench, serve,
  load: (model) => loadReport(requirePeer(), model),
  compare: (a, options, b) => compareTensors(readNpy(need(a, 'A.npy')), readNpy(need(b, 'B.npy'))),
};

async function main(argv) {
  const { values, positionals } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
  const [verb, first, second] = positionals;
  if (!VERBS[verb]) throw new UsageError(verb ? `there is no verb '${verb}'` : 'a verb is missing');
  if (verb !== 'serve') need(first, verb === 'compare' ? 'A.npy' : 'MODEL');
  const result = await VERBS[verb](first, values, second);
  if (result) process.stdout.write(`${JSON.stringify(result, null, 1)}\n`);
}

if (process.argv[1] && import.meta.url.endsWith(path.basename(process.argv[1]))) {
  main(process.argv.slice(2)).catch((error) => {
    const wrongUsage = error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS');
    process.stderr.write(`ort.mjs: ${error.message}\n${wrongUsage ? `${USAGE}\n` : ''}`);
    process.exitCode = wrongUsage ? 2 : 1;
  });
}
