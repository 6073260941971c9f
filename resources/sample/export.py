# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the network as ONNX with names that a person can read: a node and its output are called after their module."""
import io
import re

import onnx
import torch

OPSET = 14  # the first with HardSwish


def _readable(name):
    """"/block4/gate/reduce/Conv" and "/block4/gate/reduce/Conv_output_0" to "block4.gate.reduce"."""
    parts = name.strip("/").split("/")
    last = re.sub(r"_output_0$", "", parts[-1])
    leaf = {"Mul": "scale", "Add": "add"}.get(last)
    return ".".join(parts[:-1] + ([leaf] if leaf else []))


def _name_bounds(graph):
    """Turns the constants that bound a Clip into initializers named after it."""
    constants = {node.output[0]: node for node in graph.node if node.op_type == "Constant"}
    for node in graph.node:
        if node.op_type != "Clip":
            continue
        for place, bound in ((1, "min"), (2, "max")):
            tensor = constants[node.input[place]].attribute[0].t
            tensor.name = f"{_readable(node.name)}.{bound}"
            graph.initializer.append(tensor)
            node.input[place] = tensor.name
    for constant in constants.values():
        graph.node.remove(constant)


def write_onnx(model, path):
    """Exports the model, batch norms kept as nodes of their own, with a free batch size."""
    buffer = io.BytesIO()
    torch.onnx.export(model.eval(), torch.zeros(1, 3, 32, 32), buffer, opset_version=OPSET, do_constant_folding=False,
                      training=torch.onnx.TrainingMode.PRESERVE, input_names=["image"], output_names=["logits"],
                      dynamic_axes={"image": {0: "N"}, "logits": {0: "N"}})
    proto = onnx.load_model_from_string(buffer.getvalue())
    proto.graph.name = "glyphs"
    proto.producer_name, proto.producer_version = "resources/sample/train.py", ""
    _name_bounds(proto.graph)
    for node in proto.graph.node:
        node.name = _readable(node.name)
        for values in (node.input, node.output):
            values[:] = [_readable(value) if value.startswith("/") else value for value in values]
    names = [node.name for node in proto.graph.node]
    assert len(set(names)) == len(names) and all(names), names
    onnx.checker.check_model(proto)
    onnx.save(proto, str(path))
