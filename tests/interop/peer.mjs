// SPDX-License-Identifier: GPL-3.0-or-later
// The peer runtime: finds onnxruntime-node outside the source tree and wraps its sessions.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { DTYPES } from './npy.mjs';

export const LEVELS = ['disabled', 'basic', 'extended', 'all'];
export const repoDir = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Where onnxruntime-node may be installed, best first. */
export function moduleDirs() {
  const dirs = [process.env.LATHE_INTEROP_DIR, ...(process.env.NODE_PATH ?? '').split(':')];
  return [...dirs, path.join(repoDir, 'build/interop'), process.cwd()].filter(Boolean);
}

/** Loads onnxruntime-node; null where it is not installed. */
export function loadPeer() {
  for (const dir of moduleDirs()) {
    for (const base of [dir, path.dirname(dir)]) {
      try {
        return createRequire(path.join(base, 'x.js'))('onnxruntime-node');
      } catch (error) {
        if (error.code !== 'MODULE_NOT_FOUND') throw error;
      }
    }
  }
  return null;
}

/** Loads onnxruntime-node or throws an error that says how to install it. */
export function requirePeer() {
  const peer = loadPeer();
  if (!peer) throw new Error('onnxruntime-node is not installed: run tests/interop/install.sh');
  return peer;
}

function fail(where, error) {
  return new Error(`${where}: ${String(error.message ?? error).split('\n')[0]}`);
}

/** A tensor of ours as one of the peer's. */
export function toPeer(ort, { dtype, shape, data }) {
  const half = dtype === 'float16' && globalThis.Float16Array;
  const values = half ? new globalThis.Float16Array(data.buffer, data.byteOffset, data.length) : data;
  return new ort.Tensor(dtype, values, shape);
}

/** A tensor of the peer's as one of ours. Throws for types that .npy cannot hold (int4, string, bfloat16, float8). */
export function fromPeer(name, tensor) {
  const entry = DTYPES[tensor.type];
  if (!entry) throw new Error(`output '${name}' has type ${tensor.type}, which onnxruntime-node cannot hand out as an array`);
  const { buffer, byteOffset, length } = tensor.data;
  return { dtype: tensor.type, shape: tensor.dims.map(Number), data: new entry.array(buffer, byteOffset, length) };
}

function varint(n) {
  const out = [];
  for (; n > 127; n = Math.floor(n / 128)) out.push((n % 128) | 128);
  return Buffer.from([...out, n]);
}

function field(number, bytes) {
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

/** Model bytes with more graph outputs. Protobuf merges repeated occurrences of `graph`, so outputs can be appended. */
export function withOutputs(modelBytes, names) {
  const outputs = names.map((n) => field(12, field(1, Buffer.from(n))));
  return Buffer.concat([modelBytes, field(7, Buffer.concat(outputs))]);
}

/** Writes a model with more outputs to a new folder, with the files beside it (external data). Returns its path. */
function extendedCopy(model, names) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-ort-'));
  for (const entry of fs.readdirSync(path.dirname(model), { withFileTypes: true })) {
    if (entry.isFile() && !entry.name.endsWith('.onnx')) {
      fs.copyFileSync(path.join(path.dirname(model), entry.name), path.join(dir, entry.name));
    }
  }
  const copy = path.join(dir, path.basename(model));
  fs.writeFileSync(copy, withOutputs(fs.readFileSync(model), names));
  return copy;
}

/** Opens a session. `tensors` are intermediate values to hand out too (that breaks fusion around them). */
export async function openSession(ort, model, { level = 'all', threads = 1, tensors = [] } = {}) {
  if (!LEVELS.includes(level)) throw new Error(`level '${level}' is none of ${LEVELS.join(', ')}`);
  if (typeof model === 'string' && !fs.existsSync(model)) throw new Error(`${model}: no such file`);
  const source = tensors.length === 0 ? model : typeof model === 'string' ? extendedCopy(model, tensors) : withOutputs(model, tensors);
  const options = {
    graphOptimizationLevel: level, intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 4,
  };
  try {
    return await ort.InferenceSession.create(source, options);
  } catch (error) {
    throw fail(typeof model === 'string' ? model : 'model', error);
  } finally {
    if (tensors.length > 0 && typeof model === 'string') fs.rmSync(path.dirname(source), { recursive: true, force: true });
  }
}

/** Runs once: {name: tensor} in, {name: tensor} out. */
export async function runSession(ort, session, inputs) {
  for (const name of session.inputNames) if (!inputs[name]) throw new Error(`input '${name}' is missing`);
  for (const name of Object.keys(inputs)) if (!session.inputNames.includes(name)) throw new Error(`the model has no input '${name}'`);
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, t]) => [name, toPeer(ort, t)]));
  const results = await session.run(feeds);
  return Object.fromEntries(session.outputNames.map((name) => [name, fromPeer(name, results[name])]));
}
