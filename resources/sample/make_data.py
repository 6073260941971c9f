#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes images/, labels.csv and dataset.json beside this script.

Needs python3-numpy, python3-pil and the fonts of README.md.
"""
import csv
import json
import pathlib
import shutil

import numpy as np
from PIL import Image

import glyphs

HERE = pathlib.Path(__file__).resolve().parent
SEED = 2026
SPLITS = {"calib": 12, "val": 40}   # images of each class
COLOURS = 128                       # a palette halves the files; the eye and the model see no difference

MEAN, STD = [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]

DATASET = {
    "input": "image",
    "type": "images",
    "path": "images",
    "labels": {"file": "labels.csv", "name": "file", "class": "class", "split": "split"},
    "preprocess": [{"scale": 1 / 255}, {"mean": MEAN}, {"std": STD}, {"layout": "NCHW"}],
    "calibration": {"split": "calib"},
    "validation": {"split": "val"},
    "metric": "top1",
}


def main():
    masks = glyphs.load_masks()
    rng = np.random.default_rng(SEED)
    classes = np.arange(len(glyphs.CLASSES))
    shutil.rmtree(HERE / "images", ignore_errors=True)
    rows = []
    for split, repeats in SPLITS.items():
        folder = HERE / "images" / split
        folder.mkdir(parents=True)
        # One image of every class in turn, so that the first n rows are balanced for any n.
        labels = np.tile(classes, repeats)
        for number, (pixels, label) in enumerate(zip(glyphs.draw(rng, masks, labels), labels)):
            name = glyphs.CLASSES[label][1]
            file = f"{split}/{number:04d}_{name}.png"
            image = Image.fromarray(pixels).quantize(COLOURS, method=Image.MEDIANCUT, kmeans=2, dither=Image.NONE)
            image.save(HERE / "images" / file, optimize=True)
            rows.append([file, label, name, split])
    with open(HERE / "labels.csv", "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["file", "class", "class_name", "split"])
        writer.writerows(rows)
    (HERE / "dataset.json").write_text(json.dumps(DATASET, indent=1) + "\n")


if __name__ == "__main__":
    main()
