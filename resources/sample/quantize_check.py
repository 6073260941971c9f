#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What uniform bit-widths with min-max ranges cost the sample, by an independent simulation in PyTorch.

Batch norms are folded; weights are symmetric, per tensor or per output channel; activations are asymmetric per tensor
with the range seen on the calibration images; biases stay float. Quantized are the image, every convolution (its
activation included), pool, gate and addition.
"""
import copy
import pathlib

import onnx
import onnx.numpy_helper
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

import glyphs
from evaluate import load_split, top1
from net import Gate, Glyphs, Inverted

HERE = pathlib.Path(__file__).resolve().parent


def fake(x, low, high, steps):
    """x on the grid of steps + 1 points over low..high that holds zero."""
    low, high = torch.clamp(low, max=0.0), torch.clamp(high, min=0.0)
    scale = torch.clamp((high - low) / steps, min=1e-12)
    zero = torch.round(-low / scale)
    return (torch.clamp(torch.round(x / scale) + zero, 0, steps) - zero) * scale


def fake_weights(w, bits, per_channel):
    top = 2 ** (bits - 1) - 1
    peak = w.abs().amax(dim=tuple(range(1, w.ndim)), keepdim=True) if per_channel else w.abs().max()
    scale = torch.clamp(peak / top, min=1e-12)
    return torch.clamp(torch.round(w / scale), -top - 1, top) * scale


class Point(nn.Module):
    """A quantization point: watches first, quantizes once bits are set."""

    def __init__(self):
        super().__init__()
        self.low, self.high, self.bits = torch.zeros(()), torch.zeros(()), None

    def forward(self, x):
        if self.bits is None:
            self.low, self.high = torch.minimum(self.low, x.min()), torch.maximum(self.high, x.max())
            return x
        return x if self.bits >= 32 else fake(x, self.low, self.high, 2 ** self.bits - 1)


WATCHED = (nn.Hardswish, nn.ReLU, nn.ReLU6, nn.Sigmoid, nn.AdaptiveAvgPool2d, nn.Linear)


def instrument(model):
    """Folds batch norms and puts a Point after everything that the docstring names; returns (model, points)."""
    model = copy.deepcopy(model).eval()
    points = {}

    def after(owner, name, key):
        points[key] = Point()
        setattr(owner, name, nn.Sequential(getattr(owner, name), points[key]))

    for path, module in list(model.named_modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.BatchNorm2d):
                conv = {"bn": "conv"}.get(name, name[:-3])
                setattr(module, conv, fuse_conv_bn_eval(getattr(module, conv), child))
                setattr(module, name, nn.Identity())
        for name, child in list(module.named_children()):
            key = f"{path}.{name}".strip(".")
            projection = isinstance(module, Inverted) and name == "project"
            if projection or isinstance(child, WATCHED):
                after(module, name, key)
            elif isinstance(child, (Gate, Inverted)):
                after(module, name, key + (".scale" if isinstance(child, Gate) else ".add"))
            elif isinstance(module, Gate) and name == "expand":
                after(module, name, key)
    points["image"] = Point()
    return nn.Sequential(points["image"], model), points


def weighted(model):
    """Name to module of the layers with weights."""
    return {name: module for name, module in model.named_modules() if isinstance(module, (nn.Conv2d, nn.Linear))}


class Study:
    def __init__(self, model):
        self.model, self.points = instrument(model)
        self.layers = weighted(self.model)
        self.floats = {name: layer.weight.detach().clone() for name, layer in self.layers.items()}
        self.images, self.labels = load_split("val")
        with torch.no_grad():
            self.model(load_split("calib")[0])

    def top1(self, weights, activations, per_channel=True, keep=()):
        """Top-1 with these bits; layers and points whose name contains one of keep have 8."""
        def bits(name, usual):
            return max(usual, 8) if any(part in name for part in keep) else usual

        for name, layer in self.layers.items():
            width = bits(name, weights)
            layer.weight.data = fake_weights(self.floats[name], width, per_channel) if width < 32 else self.floats[name]
        for name, point in self.points.items():
            point.bits = bits(name, activations)
        with torch.no_grad():
            return top1(self.model(self.images), self.labels)


def load_network(path):
    """The network with the weights of the ONNX file, whose initializers are called after the modules."""
    model = Glyphs(len(glyphs.CLASSES))
    stored = {tensor.name: torch.tensor(onnx.numpy_helper.to_array(tensor))
              for tensor in onnx.load(str(path)).graph.initializer}
    state = model.state_dict()
    model.load_state_dict({name: stored.get(name, value) for name, value in state.items()})
    return model


def main():
    torch.set_num_threads(1)
    model = load_network(HERE / "glyphs.onnx")
    study = Study(model)
    print(f"float {study.top1(32, 32):.4f}")
    for per_channel in (False, True):
        print("weights per", "channel" if per_channel else "tensor")
        for weights, activations in ((8, 8), (6, 6), (5, 5), (4, 8), (8, 4), (4, 4), (3, 3)):
            print(f"  W{weights}A{activations} {study.top1(weights, activations, per_channel):.4f}")
    for keep in (["stem"], ["block4"], ["block5"], ["dw"], ["image", "stem"], ["stem", "block4"],
                 ["image", "stem", "block4", "block5"], ["image", "stem", "block2", "block4", "block5"]):
        print(f"  W4A4 but 8 bits for {', '.join(keep)}: {study.top1(4, 4, True, keep):.4f}")


if __name__ == "__main__":
    main()
