// SPDX-License-Identifier: GPL-3.0-or-later
// Reads and writes NumPy .npy files as {dtype, shape, data}; data is a typed array in C order.
// float16 is kept as its 16 bits in a Uint16Array (see halfToFloat and floatToHalf), bool as bytes 0 and 1.
import fs from 'node:fs';

/** One line per element type: our name, the .npy type code, the typed array, bytes per element. */
export const DTYPES = {
  float32: { npy: '<f4', array: Float32Array, bytes: 4 },
  float64: { npy: '<f8', array: Float64Array, bytes: 8 },
  float16: { npy: '<f2', array: Uint16Array, bytes: 2 },
  uint8: { npy: '|u1', array: Uint8Array, bytes: 1 },
  int8: { npy: '|i1', array: Int8Array, bytes: 1 },
  uint16: { npy: '<u2', array: Uint16Array, bytes: 2 },
  int16: { npy: '<i2', array: Int16Array, bytes: 2 },
  uint32: { npy: '<u4', array: Uint32Array, bytes: 4 },
  int32: { npy: '<i4', array: Int32Array, bytes: 4 },
  uint64: { npy: '<u8', array: BigUint64Array, bytes: 8 },
  int64: { npy: '<i8', array: BigInt64Array, bytes: 8 },
  bool: { npy: '|b1', array: Uint8Array, bytes: 1 },
};

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape) {
  return shape.reduce((n, d) => n * Number(d), 1);
}

function parseHeader(text, file) {
  const descr = /'descr'\s*:\s*'([^']+)'/.exec(text);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text);
  const shape = /'shape'\s*:\s*\(([^)]*)\)/.exec(text);
  if (!descr || !order || !shape) throw new Error(`${file}: the .npy header is not readable`);
  if (order[1] === 'True') throw new Error(`${file}: Fortran order is not supported`);
  const code = descr[1].replace(/^[=|]?([bui]1)$/, '|$1');
  const entry = Object.entries(DTYPES).find(([, d]) => d.npy === code);
  if (!entry) throw new Error(`${file}: element type ${descr[1]} is not supported`);
  const dims = shape[1].split(',').map((s) => s.trim()).filter((s) => s !== '').map(Number);
  return { dtype: entry[0], shape: dims };
}

/** Reads one .npy file. Throws an Error that names the file. */
export function readNpy(file) {
  const bytes = fs.readFileSync(file);
  if (bytes.length < 10 || bytes.toString('latin1', 0, 6) !== '\x93NUMPY') throw new Error(`${file}: not a .npy file`);
  const wide = bytes[6] >= 2;
  const start = wide ? 12 : 10;
  const length = wide ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8);
  const { dtype, shape } = parseHeader(bytes.toString('latin1', start, start + length), file);
  const { array, bytes: size } = DTYPES[dtype];
  const count = elementCount(shape);
  const begin = start + length;
  if (bytes.length < begin + count * size) throw new Error(`${file}: the file is shorter than its header says`);
  const copy = new Uint8Array(count * size);
  copy.set(bytes.subarray(begin, begin + count * size));
  return { dtype, shape, data: new array(copy.buffer) };
}

/** Bytes of a .npy file, version 1.0, padded as NumPy pads. */
export function npyBytes({ dtype, shape, data }) {
  const entry = DTYPES[dtype];
  if (!entry) throw new Error(`element type ${dtype} cannot be written to .npy`);
  if (data.length !== elementCount(shape)) throw new Error(`${data.length} elements do not fill shape [${shape}]`);
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  let header = `{'descr': '${entry.npy}', 'fortran_order': False, 'shape': ${tuple}, }`;
  header += ' '.repeat(63 - ((10 + header.length) % 64)) + '\n';
  const head = Buffer.alloc(10);
  head.write('\x93NUMPY\x01\x00', 'latin1');
  head.writeUInt16LE(header.length, 8);
  return Buffer.concat([head, Buffer.from(header, 'latin1'), Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}

/** Writes one .npy file. */
export function writeNpy(file, tensor) {
  fs.writeFileSync(file, npyBytes(tensor));
}

/** A tensor's name as a file name: every character outside [A-Za-z0-9._-] becomes `_`. */
export function safeName(name) {
  return name.replace(/[^A-Za-z0-9._-]/g, '_');
}

/** The value of an IEEE binary16 bit pattern. */
export function halfToFloat(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The nearest IEEE binary16 bit pattern, ties to even. */
export function floatToHalf(value) {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const a = Math.abs(value);
  if (a >= 65520) return sign | 0x7c00;
  const exponent = a < 2 ** -14 ? -14 : Math.floor(Math.log2(a));
  const fixed = a < 2 ** exponent ? exponent - 1 : a >= 2 ** (exponent + 1) ? exponent + 1 : exponent;
  const unit = 2 ** (Math.max(fixed, -14) - 10);
  const steps = roundHalfEven(a / unit);
  return sign | ((Math.max(fixed, -14) + 14) * 1024 + steps);
}

/** Rounds to the nearest integer, ties to even. */
export function roundHalfEven(x) {
  const f = Math.floor(x);
  const d = x - f;
  if (d < 0.5) return f;
  if (d > 0.5) return f + 1;
  return f % 2 === 0 ? f : f + 1;
}

/** The elements as numbers (float16 decoded, 64-bit integers narrowed). */
export function asNumbers({ dtype, data }) {
  if (dtype === 'float16') return Float64Array.from(data, halfToFloat);
  if (dtype === 'int64' || dtype === 'uint64') return Float64Array.from(data, Number);
  return data;
}
