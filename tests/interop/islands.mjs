// SPDX-License-Identifier: GPL-3.0-or-later
// One quantized layer as a model of its own: codes in, DequantizeLinear, the operator, QuantizeLinear, codes out.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ModelBuilder, nodeTypes } from './onnx.mjs';
import { runSession } from './peer.mjs';

const isList = (v) => Array.isArray(v) || ArrayBuffer.isView(v);

/** Adds scale and zero-point of a point: rank 0 per tensor, rank 1 per channel. A null zero-point is left out. */
function grid(model, name, { scale, zeroPoint, dtype, scaleShape }) {
  const shape = scaleShape ?? (isList(scale) ? [scale.length] : []);
  const tensor = (v, type) => ({ dtype: type, shape, data: isList(v) ? v : new Array(shape.reduce((n, d) => n * d, 1)).fill(v) });
  const names = [model.constant(`${name}_scale`, tensor(scale, 'float32'))];
  if (zeroPoint !== null && zeroPoint !== undefined) names.push(model.constant(`${name}_zero`, tensor(zeroPoint, dtype)));
  return names;
}

function dequantized(model, point, i) {
  const name = point.name ?? `x${i}`;
  if (point.float) {
    return point.data ? model.constant(name, { dtype: 'float32', shape: point.shape, data: point.data }) : model.input(name, 'float32', point.shape);
  }
  if (point.data) model.constant(name, { dtype: point.dtype, shape: point.shape, data: point.data });
  else model.input(name, point.dtype, point.shape);
  const attributes = point.axis === undefined ? {} : { axis: point.axis };
  if (point.blockSize) attributes.block_size = point.blockSize;
  return model.node('DequantizeLinear', [name, ...grid(model, name, point)], [`${name}_float`], attributes);
}

/**
 * The bytes of an island.
 * inputs: points {dtype, shape, scale, zeroPoint, axis?, data?, float?}; with `data` the point is a weight.
 * tail: more float operators between `op` and the output's QuantizeLinear: [{op, inputs?, attributes?}].
 * output: {dtype, shape, scale, zeroPoint, range?: [low, high]}, or null for a float output; `range` puts a Clip of the codes after Q.
 */
export function island({ op, attributes = {}, extra = [], inputs, tail = [], output, opset = 13 }) {
  const model = new ModelBuilder({ opset });
  const sources = inputs.map((p, i) => dequantized(model, p, i));
  const constants = extra.map((t, i) => (t ? model.constant(`extra${i}`, t) : ''));
  let last = model.node(op, [...sources, ...constants], [output ? 'result' : 'y'], attributes);
  tail.forEach((t, i) => {
    const more = (t.extra ?? []).map((e, k) => (e ? model.constant(`tail${i}_${k}`, e) : ''));
    last = model.node(t.op, [last, ...(t.self ? [last] : []), ...more], [output || i + 1 < tail.length ? `tail${i}` : 'y'], t.attributes ?? {});
  });
  if (output) model.node('QuantizeLinear', [last, ...grid(model, 'y', output)], ['y'], {});
  model.output('y', output ? output.dtype : 'float32', undefined);
  return model.bytes();
}

/** Runs an island. Returns {y, types}: the output and the node types that the peer made of it. */
export async function runIsland(ort, bytes, codes, level) {
  const dump = path.join(os.tmpdir(), `lathe-island-${process.pid}.onnx`);
  const session = await ort.InferenceSession.create(bytes, {
    graphOptimizationLevel: level, intraOpNumThreads: 1, logSeverityLevel: 4, optimizedModelFilePath: dump,
  });
  const types = nodeTypes(fs.readFileSync(dump));
  fs.rmSync(dump, { force: true });
  const outputs = await runSession(ort, session, codes);
  await session.release();
  return { y: outputs.y, types };
}
