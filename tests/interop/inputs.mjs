// SPDX-License-Identifier: GPL-3.0-or-later
// Seeded inputs: random tensors and smooth pictures, the same on every machine.

/** A generator of uniform numbers in [0, 1): mulberry32. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A generator of standard normal numbers (Box and Muller). */
export function normal(uniform) {
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A float32 tensor, uniform in [low, high]. */
export function uniformTensor(shape, low, high, seed) {
  const next = random(seed);
  const count = shape.reduce((n, d) => n * d, 1);
  return { dtype: 'float32', shape, data: Float32Array.from({ length: count }, () => low + (high - low) * next()) };
}

/** A float32 [1,C,H,W] tensor in [low, high]: coarse noise made smooth, plus a little fine noise, like a photograph's spectrum. */
export function pictureTensor(shape, low, high, seed) {
  const [, channels, height, width] = shape;
  const next = random(seed);
  const data = new Float32Array(channels * height * width);
  const cells = 6;
  for (let c = 0; c < channels; ++c) {
    const coarse = Float64Array.from({ length: (cells + 1) * (cells + 1) }, next);
    for (let y = 0; y < height; ++y) {
      for (let x = 0; x < width; ++x) {
        const value = 0.9 * bilinear(coarse, cells, (y / height) * cells, (x / width) * cells) + 0.1 * next();
        data[(c * height + y) * width + x] = low + (high - low) * value;
      }
    }
  }
  return { dtype: 'float32', shape, data };
}

function bilinear(grid, cells, y, x) {
  const at = (row, column) => grid[row * (cells + 1) + column];
  const [row, column] = [Math.floor(y), Math.floor(x)];
  const [fy, fx] = [y - row, x - column];
  const top = at(row, column) * (1 - fx) + at(row, column + 1) * fx;
  const bottom = at(row + 1, column) * (1 - fx) + at(row + 1, column + 1) * fx;
  return top * (1 - fy) + bottom * fy;
}

/** A "1x3x224x224" text as a shape. */
export function parseShape(text) {
  const shape = text.split('x').map(Number);
  if (shape.some((d) => !Number.isInteger(d) || d < 0)) throw new Error(`'${text}' is not a shape like 1x3x224x224`);
  return shape;
}
