// SPDX-License-Identifier: GPL-3.0-or-later
// Cuts quantized models into islands of one layer each.
const CODES = /^u?int(8|16)$/;

/** Whether a node computes on codes by itself. */
export const isQOperator = (node) => /^QLinear/.test(node.op);

/** The type of the codes that a QuantizeLinear or an operator on codes writes: that of its last zero-point. */
function codesWrittenBy(model, node) {
  if (node.op !== 'QuantizeLinear' && !isQOperator(node)) return null;
  const types = node.inputs.map((i) => model.initializers.get(i)?.dtype).filter((t) => t && CODES.test(t));
  return types.at(-1) ?? null;
}

/**
 * The islands {nodes, inputs: names of codes, output, dtype} of a model that dismantle() took apart. An island is what ends in one
 * QuantizeLinear, back to the codes that it reads; in the QOperator form, one operator on codes.
 */
export function islandsOf(model) {
  const producer = new Map(model.nodes.flatMap((n) => n.outputs.map((o) => [o, n])));
  const islands = [];
  for (const last of model.nodes) {
    const dtype = codesWrittenBy(model, last);
    if (!dtype) continue;
    const nodes = new Set();
    const inputs = new Set();
    const visit = (node) => {
      if (nodes.has(node)) return;
      nodes.add(node);
      for (const name of node.inputs) {
        if (!name || model.initializers.has(name)) continue;
        const from = producer.get(name);
        const codes = from && codesWrittenBy(model, from);
        if (codes || !from || isQOperator(node)) inputs.add(name);
        else visit(from);
      }
    };
    visit(last);
    const realInput = [...inputs].some((name) => !producer.has(name));
    if (!realInput) islands.push({ nodes: model.nodes.filter((n) => nodes.has(n)), inputs: [...inputs], output: last.outputs[0], dtype });
  }
  return islands;
}
