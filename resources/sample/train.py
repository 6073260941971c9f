#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the network of net.py on glyphs drawn on the fly and writes glyphs.onnx beside this script.

Needs python3-torch, python3-onnx, python3-numpy, python3-pil and the fonts of README.md. The validation images are
read at the end only, to say how well it went. Takes about 7 minutes on one idle core.
"""
import argparse
import copy
import math
import pathlib
import time

import numpy as np
import torch
from torch import nn

import glyphs
from evaluate import load_split, top1
from export import write_onnx
from net import Glyphs
from make_data import MEAN, STD

HERE = pathlib.Path(__file__).resolve().parent
SEED = 7          # not the seed of make_data.py: no stored image is trained on
BATCH = 128
PEAK_RATE = 6e-3
WEIGHT_DECAY = 1e-2
NORM_DECAY = 0.1  # of batch-norm gains and biases: keeps activation ranges narrow
AVERAGE = 0.998   # of the moving average of weights that is exported


def rate(step, steps):
    """Linear warm-up over the first 5 %, then half a cosine down to nothing."""
    warm = 0.05 * steps
    return step / warm if step < warm else 0.5 + 0.5 * math.cos(math.pi * (step - warm) / (steps - warm))


def batches(rng, masks):
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (MEAN, STD))
    while True:
        labels = rng.integers(0, len(glyphs.CLASSES), BATCH)
        images = torch.from_numpy(glyphs.draw(rng, masks, labels)).permute(0, 3, 1, 2)
        yield (images.float() / 255 - mean) / std, torch.from_numpy(labels)


def follow(average, model, step):
    """Moves the averaged weights a little towards the model's."""
    with torch.no_grad():
        keep = min(AVERAGE, step / (step + 10))
        for slow, fast in zip(average.state_dict().values(), model.state_dict().values()):
            if slow.dtype.is_floating_point:
                slow.lerp_(fast, 1 - keep)


def settle(model, source, count=100):
    """Measures the batch-norm statistics anew: those of the averaged weights are nobody's average."""
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    model.train()
    with torch.no_grad():
        for _ in range(count):
            model(next(source)[0])
    return model.eval()


def train(steps):
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    model = Glyphs(len(glyphs.CLASSES))
    average = copy.deepcopy(model).eval()
    decayed = [p for p in model.parameters() if p.ndim > 1]
    norms = [p for p in model.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": WEIGHT_DECAY},
                                   {"params": norms, "weight_decay": NORM_DECAY}], lr=PEAK_RATE)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate(step + 1, steps))
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.05)
    source = batches(np.random.default_rng(SEED), glyphs.load_masks())
    started, correct = time.time(), 0
    for step in range(1, steps + 1):
        images, labels = next(source)
        logits = model(images)
        optimizer.zero_grad()
        loss = loss_of(logits, labels)
        loss.backward()
        optimizer.step()
        schedule.step()
        follow(average, model, step)
        correct += (logits.argmax(1) == labels).sum().item()
        if step % 250 == 0:
            print(f"step {step}  loss {loss.item():.3f}  top-1 {correct / (250 * BATCH):.4f}  "
                  f"{time.time() - started:.0f} s", flush=True)
            correct = 0
    return settle(average, source)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--output", type=pathlib.Path, default=HERE / "glyphs.onnx")
    options = parser.parse_args()
    model = train(options.steps)
    write_onnx(model, options.output)
    images, labels = load_split("val")
    with torch.no_grad():
        print(f"validation top-1 {top1(model(images), labels):.4f} on {len(labels)} images")


if __name__ == "__main__":
    main()
