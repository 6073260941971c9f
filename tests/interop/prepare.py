#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns a dataset file into .npy inputs and labels with NumPy and Pillow: an independent reading of the dataset contract.

Usage: prepare.py DATASET.json --split validation|calibration|all [--count N] -o X.npy [--labels Y.npy]

X has samples on its first axis, each without a batch axis; Y holds int64 classes (label offset added).
Needs python3-numpy and python3-pil. Handles images, npy and idx; other types are refused with a message.
"""
import argparse
import csv
import gzip
import json
import pathlib
import struct
import sys

import numpy as np
from PIL import Image


def read_idx(path):
    data = gzip.open(path).read() if str(path).endswith(".gz") else path.read_bytes()
    rank = data[3]
    shape = struct.unpack(">" + "I" * rank, data[4:4 + 4 * rank])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def resize_short(image, size):
    width, height = image.size
    if width <= height:
        target = (size, round(height * size / width))
    else:
        target = (round(width * size / height), size)
    return image.resize(target, Image.BILINEAR)


def center_crop(image, size):
    left, top = (image.width - size) // 2, (image.height - size) // 2
    return image.crop((left, top, left + size, top + size))


def step(value, name, argument):
    """One preprocessing step; value is a Pillow image first and a HWC float32 array later."""
    if name == "resizeShort":
        return resize_short(value, argument)
    if name == "resize":
        return value.resize((argument[1], argument[0]), Image.BILINEAR)
    if name == "centerCrop":
        return center_crop(value, argument)
    if name == "channels" and argument == "GRAY":
        return value.convert("L")
    array = np.asarray(value, np.float32) if isinstance(value, Image.Image) else value
    if name == "channels":
        return array[..., ::-1] if argument == "BGR" else array
    if name == "scale":
        return array.astype(np.float32) * np.float32(argument)
    if name == "mean":
        return array - np.asarray(argument, np.float32)
    if name == "std":
        return array / np.asarray(argument, np.float32)
    if name == "layout":
        array = array[..., None] if array.ndim == 2 else array
        return array.transpose(2, 0, 1) if argument == "NCHW" else array
    if name == "dtype":
        return array.astype(argument)
    if name == "reshape":
        return array.reshape(argument[1:] if argument[0] == 1 and len(argument) > array.ndim else argument)
    sys.exit(f"prepare.py: step '{name}' is not handled here")


def prepared(sample, steps):
    for entry in steps:
        for name, argument in entry.items():
            sample = step(sample, name, argument)
    return np.ascontiguousarray(sample if isinstance(sample, np.ndarray) else np.asarray(sample, np.float32))


def table(labels, base):
    with open(base / labels["file"], newline="") as file:
        return list(csv.DictReader(file))


def load(dataset, base):
    """All samples (readers), classes (or None) and split names (or None), in file order."""
    labels = dataset.get("labels") or {}
    rows = table(labels, base) if str(labels.get("file", "")).endswith(".csv") else None
    kind = dataset["type"]
    if kind == "images":
        folder = base / dataset["path"]
        names = [row[labels["name"]] for row in rows] if rows else sorted(p.name for p in folder.iterdir())
        samples = [lambda path=folder / name: Image.open(path).convert("RGB") for name in names]
    elif kind == "npy":
        samples = [lambda row=row: row for row in np.load(base / dataset["path"])]
    elif kind == "idx":
        samples = [lambda row=row: row.astype(np.float32) for row in read_idx(base / dataset["path"])]
    else:
        sys.exit(f"prepare.py: type '{kind}' is not handled here")
    if rows:
        classes = [int(row[labels["class"]]) for row in rows]
        splits = [row.get(labels.get("split", ""), "") for row in rows]
    else:
        classes = read_idx(base / labels["file"]).tolist() if labels.get("file") else None
        splits = None
    return samples, classes, splits


def chosen(dataset, which, count, total, splits):
    rule = {} if which == "all" else dataset[which]
    if "range" in rule:
        indices = list(range(*rule["range"]))
    elif "split" in rule:
        indices = [i for i in range(total) if splits[i] == rule["split"]]
    else:
        indices = list(range(total))
    return indices[:count] if count else indices


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dataset", type=pathlib.Path)
    parser.add_argument("--split", default="validation", choices=["validation", "calibration", "all"])
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--labels")
    options = parser.parse_args()
    dataset = json.loads(options.dataset.read_text())
    samples, classes, splits = load(dataset, options.dataset.parent)
    indices = chosen(dataset, options.split, options.count, len(samples), splits)
    stacked = np.stack([prepared(samples[i](), dataset.get("preprocess", [])) for i in indices])
    if stacked.dtype == np.float64 or stacked.dtype == np.uint8:
        stacked = stacked.astype(np.float32)
    np.save(options.output, stacked)
    if options.labels and classes is not None:
        np.save(options.labels, np.array([classes[i] + dataset.get("labelOffset", 0) for i in indices], np.int64))


if __name__ == "__main__":
    main()
