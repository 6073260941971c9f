#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes pillow_expected.h: what Pillow makes of the pictures that tst_resize.cpp draws with the same formula."""
import sys
from PIL import Image

CASES = [(17, 13, 8, 9), (5, 4, 11, 7), (64, 48, 20, 15), (40, 30, 40, 12), (7, 7, 3, 3), (31, 9, 10, 20), (1, 5, 4, 2)]


def draw(width, height):
    state, pixels = width * 1000 + height, bytearray()
    for _ in range(width * height * 3):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        pixels.append((state >> 16) & 255)
    return Image.frombytes("RGB", (width, height), bytes(pixels))


def rows(data):
    return ",\n     ".join(", ".join(map(str, data[i:i + 24])) for i in range(0, len(data), 24))


out = ["// SPDX-License-Identifier: GPL-3.0-or-later", "// Written by make_pillow_expected.py.", "#pragma once", "",
       "#include <cstdint>", "#include <vector>", "",
       "struct PillowCase {", "    int fromWidth, fromHeight, toWidth, toHeight;", "    std::vector<std::uint8_t> resized;",
       "    std::vector<std::uint8_t> gray;", "};", "", "inline const std::vector<PillowCase> pillowCases = {"]
for fw, fh, tw, th in CASES:
    image = draw(fw, fh).resize((tw, th), Image.BILINEAR)
    out.append(f"    {{{fw}, {fh}, {tw}, {th},\n     {{{rows(list(image.tobytes()))}}},\n"
               f"     {{{rows(list(image.convert('L').tobytes()))}}}}},")
out.append("};")
open(sys.argv[1], "w").write("\n".join(out) + "\n")
