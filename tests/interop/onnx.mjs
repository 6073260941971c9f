// SPDX-License-Identifier: GPL-3.0-or-later
// Writes small ONNX models without the onnx package: just enough protobuf for graphs of one or a few nodes,
// and a reader that lists a model's node types. Field numbers are those of onnx.proto.
const TYPES = {
  float32: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, bool: 9, float16: 10, float64: 11,
  bfloat16: 16, uint4: 21, int4: 22, uint2: 25, int2: 26,
};

function varint(value) {
  let n = BigInt.asUintN(64, BigInt(value));
  const out = [];
  for (; n > 127n; n >>= 7n) out.push(Number(n & 127n) | 128);
  out.push(Number(n));
  return Buffer.from(out);
}

const integer = (number, value) => Buffer.concat([varint(number * 8), varint(value)]);
const bytes = (number, data) => Buffer.concat([varint(number * 8 + 2), varint(data.length), data]);
const string = (number, text) => bytes(number, Buffer.from(text));
const message = (number, ...fields) => bytes(number, Buffer.concat(fields));

function float(number, value) {
  const data = Buffer.alloc(4);
  data.writeFloatLE(value);
  return Buffer.concat([varint(number * 8 + 5), data]);
}

/** Elements below 8 bits side by side, the first in the low bits, as ONNX packs them. */
function packed(values, bits) {
  const perByte = 8 / bits;
  const out = Buffer.alloc(Math.ceil(values.length / perByte));
  values.forEach((v, i) => { out[Math.floor(i / perByte)] |= (v & (2 ** bits - 1)) << (bits * (i % perByte)); });
  return out;
}

const ARRAYS = {
  float32: Float32Array, uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array, int32: Int32Array,
  int64: BigInt64Array, bool: Uint8Array, float16: Uint16Array, float64: Float64Array, bfloat16: Uint16Array,
};

/** A tensor {dtype, shape, data} as TensorProto fields. `data` may be any array of numbers (BigInt for int64). */
function tensorFields(name, { dtype, shape, data }) {
  const bits = /^u?int([24])$/.exec(dtype)?.[1];
  const values = bits ? null : data instanceof ARRAYS[dtype] ? data : ARRAYS[dtype].from(data, dtype === 'int64' ? BigInt : undefined);
  const raw = bits ? packed(Array.from(data), Number(bits)) : Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return Buffer.concat([...shape.map((d) => integer(1, d)), integer(2, TYPES[dtype]), string(8, name), bytes(9, raw)]);
}

function attribute(name, value) {
  const head = string(1, name);
  if (typeof value === 'string') return message(5, head, string(4, value), integer(20, 3));
  if (value?.floats) return message(5, head, ...value.floats.map((f) => float(7, f)), integer(20, 6));
  if (value?.float !== undefined) return message(5, head, float(2, value.float), integer(20, 1));
  if (value?.dtype) return message(5, head, bytes(5, tensorFields('', value)), integer(20, 4));
  if (Array.isArray(value)) return message(5, head, ...value.map((i) => integer(8, i)), integer(20, 7));
  return message(5, head, integer(3, value), integer(20, 2));
}

function valueInfo(number, name, dtype, shape) {
  const dims = (shape ?? []).map((d) => message(1, typeof d === 'string' ? string(2, d) : integer(1, d)));
  const type = [integer(1, TYPES[dtype])];
  if (shape) type.push(message(2, ...dims));
  return message(number, string(1, name), message(2, message(1, ...type)));
}

/** Builds a model node by node. Attribute values: integer, list of integers, string, {float}, {floats}, tensor. */
export class ModelBuilder {
  constructor({ opset = 13, irVersion = opset >= 25 ? 13 : opset >= 21 ? 10 : 7, name = 'test', domains = {} } = {}) {
    Object.assign(this, { opset, irVersion, name, domains, parts: [] });
  }

  input(name, dtype, shape) {
    this.parts.push(valueInfo(11, name, dtype, shape));
    return name;
  }

  output(name, dtype, shape) {
    this.parts.push(valueInfo(12, name, dtype, shape));
    return name;
  }

  constant(name, tensor) {
    this.parts.push(bytes(5, tensorFields(name, tensor)));
    return name;
  }

  scalar(name, dtype, value) {
    return this.constant(name, { dtype, shape: [], data: [value] });
  }

  node(type, inputs, outputs, attributes = {}, domain = '') {
    const fields = [...inputs.map((i) => string(1, i)), ...outputs.map((o) => string(2, o)), string(3, `${type}_${outputs[0]}`), string(4, type)];
    if (domain) fields.push(string(7, domain));
    this.parts.push(message(1, ...fields, ...Object.entries(attributes).map(([k, v]) => attribute(k, v))));
    return outputs[0];
  }

  bytes() {
    const opsets = Object.entries({ '': this.opset, ...this.domains }).map(([d, v]) => message(8, string(1, d), integer(2, v)));
    return Buffer.concat([integer(1, this.irVersion), string(2, 'tensorlathe-tests'), message(7, string(2, this.name), ...this.parts), ...opsets]);
  }
}

/** The fields of a protobuf message as [number, value] pairs (value: BigInt or Buffer). */
function* fieldsOf(data) {
  let at = 0;
  const next = () => {
    let [value, shift] = [0n, 0n];
    for (;;) {
      const byte = data[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
      shift += 7n;
    }
  };
  while (at < data.length) {
    const key = Number(next());
    const wire = key & 7;
    if (wire === 0) yield [key >> 3, next()];
    else {
      const size = wire === 1 ? 8 : wire === 5 ? 4 : Number(next());
      yield [key >> 3, data.subarray(at, at + size)];
      at += size;
    }
  }
}

const DTYPE_NAMES = Object.fromEntries(Object.entries(TYPES).map(([name, code]) => [code, name]));

/** A model taken apart: nodes {op, domain, inputs, outputs, raw}, initializers {dtype, raw} by name, names of its graph inputs and outputs, and its header. */
export function dismantle(modelBytes) {
  const model = { header: [], nodes: [], initializers: new Map(), inputs: [], outputs: [] };
  const nameOf = (info) => String([...fieldsOf(info)].find(([n]) => n === 1)[1]);
  for (const [number, value] of fieldsOf(modelBytes)) {
    if (number === 1) model.header.push(integer(1, value));
    if (number === 8) model.header.push(bytes(8, value));
    if (number !== 7) continue;
    for (const [part, data] of fieldsOf(value)) {
      if (part === 1) {
        const node = { op: '', domain: '', inputs: [], outputs: [], raw: data };
        for (const [n, v] of fieldsOf(data)) {
          if (n === 1) node.inputs.push(String(v));
          if (n === 2) node.outputs.push(String(v));
          if (n === 4) node.op = String(v);
          if (n === 7) node.domain = String(v);
        }
        model.nodes.push(node);
      } else if (part === 5) {
        const fields = Object.fromEntries(fieldsOf(data));
        model.initializers.set(String(fields[8] ?? ''), { dtype: DTYPE_NAMES[Number(fields[2])], raw: data });
      } else if (part === 11) model.inputs.push(nameOf(data));
      else if (part === 12) model.outputs.push(nameOf(data));
    }
  }
  model.inputs = model.inputs.filter((name) => !model.initializers.has(name));
  return model;
}

/** The operator types of a model's nodes, in file order, as "domain:Type" (no prefix for the default domain). */
export function nodeTypes(modelBytes) {
  return dismantle(modelBytes).nodes.map(({ domain, op }) => (domain ? `${domain}:` : '') + op);
}

/** A node as dismantle() gives it. */
export function plainNode(op, inputs, outputs) {
  const raw = Buffer.concat([...inputs.map((i) => string(1, i)), ...outputs.map((o) => string(2, o)), string(4, op)]);
  return { op, domain: '', inputs, outputs, raw };
}

/** The bytes of a model of some of `model`'s nodes. `inputs`: {name: {dtype, shape}}; `outputs`: {name: dtype}. */
export function assemble(model, nodes, inputs, outputs) {
  const needed = new Set(nodes.flatMap((n) => n.inputs));
  const graph = [
    string(2, 'part'),
    ...nodes.map((n) => bytes(1, n.raw)),
    ...[...model.initializers].filter(([name]) => needed.has(name)).map(([, { raw }]) => bytes(5, raw)),
    ...Object.entries(inputs).map(([name, { dtype, shape }]) => valueInfo(11, name, dtype, shape)),
    ...Object.entries(outputs).map(([name, dtype]) => valueInfo(12, name, dtype)),
  ];
  return Buffer.concat([...model.header, message(7, ...graph)]);
}

/** The only number of an initializer: a float32, or an integer of 8 bits. */
export function scalarOf({ dtype, raw }) {
  const fields = Object.fromEntries(fieldsOf(raw));
  if (dtype === 'float32') return tensorScalar(raw);
  // int32_data is packed varints; codes of 8 bits take two bytes at most, or ten where negative.
  const low = fields[9]?.[0] ?? (Buffer.isBuffer(fields[5]) ? (fields[5][0] & 127) | ((fields[5][0] > 127 ? fields[5][1] : 0) & 1) << 7 : Number(fields[5] ?? 0n) & 255);
  return dtype === 'int8' ? (low << 24) >> 24 : low;
}

function tensorScalar(tensor) {
  const fields = Object.fromEntries(fieldsOf(tensor));
  const raw = fields[9] ?? fields[4];
  return raw?.length >= 4 ? raw.readFloatLE(0) : undefined;
}

/** The scale of the DequantizeLinear that makes graph output `output` (through operators that move data); null if there is none. */
export function outputScale(modelBytes, output) {
  const { nodes, initializers } = dismantle(modelBytes);
  const producers = new Map(nodes.flatMap((n) => n.outputs.map((o) => [o, n])));
  for (let value = output; producers.has(value);) {
    const { op, inputs } = producers.get(value);
    if (op === 'DequantizeLinear') return initializers.has(inputs[1]) ? tensorScalar(initializers.get(inputs[1]).raw) : null;
    if (!/^(Identity|Reshape|Transpose|Flatten|MaxPool|Resize|Squeeze|Unsqueeze)$/.test(op)) return null;
    value = inputs[0];
  }
  return null;
}
