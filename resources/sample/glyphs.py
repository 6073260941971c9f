# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws the sample's images: one glyph of a Debian font, distorted, coloured, on a background, 32x32 RGB.

make_data.py stores such images; train.py draws fresh ones without end. Everything follows from the generator that is
handed in, so a seed names a data set.
"""
import numpy as np
from PIL import Image, ImageDraw, ImageFont

SIZE = 32          # pixels of an image, each way
SUPER = 2          # samples per pixel, each way, while the glyph is drawn
MASK = 64          # pixels of a stored glyph mask, each way
GLYPH = 46         # longer side of the glyph inside its mask

CLASSES = [
    ("2", "two"), ("3", "three"), ("4", "four"), ("5", "five"), ("6", "six"), ("7", "seven"), ("8", "eight"),
    ("9", "nine"), ("A", "A"), ("B", "B"), ("D", "D"), ("E", "E"), ("F", "F"), ("G", "G"), ("K", "K"), ("M", "M"),
    ("P", "P"), ("Q", "Q"), ("R", "R"), ("S", "S"), ("Z", "Z"), ("\u03a9", "omega"), ("\u03a8", "psi"),
    ("\u03a6", "phi"), ("\u03a3", "sigma"), ("\u03bb", "lambda"), ("\u03c0", "pi"), ("\u0416", "zhe"),
    ("\u042f", "ya"), ("\u0419", "short_i"), ("&", "ampersand"), ("@", "at"),
]

_ROOT = "/usr/share/fonts/"
_FACES = {
    "truetype/dejavu/DejaVu": ["Sans", "Sans-Bold", "Sans-Oblique", "SansMono", "Serif", "Serif-Bold",
                               "SerifCondensed-Italic"],
    "truetype/liberation/Liberation": ["Sans-Regular", "Sans-Bold", "Serif-Regular", "Serif-BoldItalic",
                                       "Mono-Regular", "SansNarrow-Bold"],
    "truetype/freefont/Free": ["Sans", "SansBold", "Serif", "SerifBold", "SerifItalic", "Mono", "MonoBold"],
    "truetype/noto/Noto": ["Sans-Regular", "Sans-Bold", "Sans-Italic", "Serif-Regular", "Serif-Bold",
                           "SerifDisplay-Regular", "SerifDisplay-Bold", "SansDisplay-Italic"],
    "truetype/lato/Lato-": ["Regular", "Black", "Bold", "Italic", "Light"],
    "truetype/comfortaa/Comfortaa-": ["Regular", "Bold"],
    "opentype/linux-libertine/Lin": ["Libertine_R", "Libertine_RB", "Libertine_RI", "Libertine_DR", "Biolinum_R",
                                     "Biolinum_RB"],
    "opentype/cantarell/Cantarell-": ["Regular", "ExtraBold"],
}


def font_files():
    """Paths of the font files, in a fixed order."""
    return [_ROOT + stem + face + (".otf" if stem.startswith("opentype") else ".ttf")
            for stem, faces in _FACES.items() for face in faces]


def _draw(font, text):
    """The glyph as a [MASK, MASK] uint8 mask, its bounding box centred."""
    left, top, right, bottom = font.getbbox(text)
    image = Image.new("L", (right - left + 8, bottom - top + 8))
    ImageDraw.Draw(image).text((4 - left, 4 - top), text, font=font, fill=255)
    box = image.getbbox()
    if box is None:
        return None
    image = image.crop(box)
    scale = GLYPH / max(image.size)
    image = image.resize([max(1, round(side * scale)) for side in image.size], Image.LANCZOS)
    mask = Image.new("L", (MASK, MASK))
    mask.paste(image, ((MASK - image.width) // 2, (MASK - image.height) // 2))
    return np.asarray(mask)


def load_masks():
    """One [faces, MASK, MASK] uint8 array per class; a face that lacks the glyph is left out of that class."""
    masks = [[] for _ in CLASSES]
    for path in font_files():
        try:
            font = ImageFont.truetype(path, 120)
        except OSError as error:
            raise SystemExit(f"Cannot read the font {path} ({error}); install the packages named in README.md.")
        missing = _draw(font, "\ufff0")
        for index, (text, _) in enumerate(CLASSES):
            mask = _draw(font, text)
            if mask is not None and not (missing is not None and np.array_equal(mask, missing)):
                masks[index].append(mask)
    return [np.stack(faces) for faces in masks]


def _smooth_noise(rng, count, cells, size):
    """[count, size, size] noise in 0..1 from a cells x cells lattice, interpolated with a smooth step."""
    lattice = rng.random((count, cells + 1, cells + 1), dtype=np.float32)
    place = np.arange(size, dtype=np.float32) * (cells / size)
    low = place.astype(int)
    part = place - low
    part = part * part * (3 - 2 * part)
    rows = lattice[:, low] * (1 - part)[:, None] + lattice[:, low + 1] * part[:, None]
    return rows[:, :, low] * (1 - part) + rows[:, :, low + 1] * part


def _uniform(rng, count, low, high):
    return rng.uniform(low, high, count).astype(np.float32)


def _warp(rng, masks, zoom, turn):
    """Masks [n, MASK, MASK] through a random affine, perspective and elastic map: [n, S, S] in 0..1, S = SIZE*SUPER."""
    count, side = len(masks), SIZE * SUPER
    axis = (np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1
    y, x = np.meshgrid(axis, axis, indexing="ij")
    bend = 0.15 * rng.random(count, dtype=np.float32)[:, None, None]
    u = x + bend * 2 * (_smooth_noise(rng, count, 3, side) - 0.5)
    v = y + bend * 2 * (_smooth_noise(rng, count, 3, side) - 0.5)
    u = u - _uniform(rng, count, -0.16, 0.16)[:, None, None]
    v = v - _uniform(rng, count, -0.16, 0.16)[:, None, None]
    angle = _uniform(rng, count, -turn, turn)
    scale_x = 1 / (zoom * _uniform(rng, count, 0.85, 1.15))
    scale_y = 1 / (zoom * _uniform(rng, count, 0.85, 1.15))
    shear = _uniform(rng, count, -0.3, 0.3)
    cos, sin = np.cos(angle), np.sin(angle)
    a, b = (cos * scale_x), (sin * scale_x + shear)
    c, d = (-sin * scale_y), (cos * scale_y)
    tilt_x, tilt_y = (_uniform(rng, count, -0.16, 0.16)[:, None, None] for _ in range(2))
    tilt = 1 + tilt_x * u + tilt_y * v
    a, b, c, d = (value[:, None, None] for value in (a, b, c, d))
    source_x = ((a * u + b * v) / tilt + 1) * (MASK / 2) - 0.5
    source_y = ((c * u + d * v) / tilt + 1) * (MASK / 2) - 0.5
    return _bilinear(masks, source_x, source_y)


def _bilinear(masks, x, y):
    # The outermost pixels of every mask are empty, so clamping reads nothing.
    x = np.clip(x, 0, MASK - 1.001)
    y = np.clip(y, 0, MASK - 1.001)
    column, row = x.astype(np.int32), y.astype(np.int32)
    x, y = x - column, y - row
    flat = masks.reshape(-1)
    at = np.arange(len(masks), dtype=np.int32)[:, None, None] * (MASK * MASK) + row * MASK + column
    upper = flat[at] * (1 - x) + flat[at + 1] * x
    lower = flat[at + MASK] * (1 - x) + flat[at + MASK + 1] * x
    return (upper * (1 - y) + lower * y) * np.float32(1 / 255)


def _shrink(mask):
    """[n, S, S] to [n, SIZE, SIZE] by averaging."""
    return mask.reshape(len(mask), SIZE, SUPER, SIZE, SUPER).mean(axis=(2, 4))


def _grow(mask):
    """The mask, about one pixel of the final image thicker."""
    for axis in (1, 2):
        mask = np.maximum(mask, np.maximum(np.roll(mask, 1, axis), np.roll(mask, -1, axis)))
    return mask


def _colour(hue, saturation, value):
    """HSV [n] each to RGB [n, 3]."""
    k = (np.array([5, 3, 1], np.float32) + hue[:, None] * 6) % 6
    return value[:, None] * (1 - saturation[:, None] * np.clip(np.minimum(k, 4 - k), 0, 1))


_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def _palette(rng, count):
    """Two background colours and an ink that stands out from both by its brightness; [n, 3] each."""
    hue = rng.random(count, dtype=np.float32)
    dark = rng.random(count) < 0.5
    value = np.where(dark, _uniform(rng, count, 0.1, 0.5), _uniform(rng, count, 0.72, 1.0))
    saturation = np.where(dark, _uniform(rng, count, 0.2, 0.95), _uniform(rng, count, 0.05, 0.6))
    first = _colour(hue, saturation, value.astype(np.float32))
    other = (hue + _uniform(rng, count, -0.2, 0.2)) % 1
    second = _colour(other, saturation, (value * _uniform(rng, count, 0.6, 1.0)).astype(np.float32))
    ink_hue = (hue + _uniform(rng, count, 0.2, 0.8)) % 1
    ink = _colour(ink_hue, _uniform(rng, count, 0.1, 0.95), np.ones(count, np.float32))
    ground = (first @ _LUMA + second @ _LUMA) / 2
    away = _uniform(rng, count, 0.2, 0.6)
    wanted = np.where(ground < 0.45, ground + away, ground - away)
    wanted = np.clip(wanted, 0.02, 0.98)
    luma = ink @ _LUMA
    darker = ink * np.minimum(wanted / luma, 1)[:, None]
    lift = np.clip((wanted - luma) / (1 - luma + 1e-6), 0, 1)[:, None]
    return first, second, darker + (1 - darker) * lift


def _background(rng, first, second, ghosts):
    """[n, SIZE, SIZE, 3]: one of five ways to mix two colours."""
    count = len(first)
    axis = (np.arange(SIZE, dtype=np.float32) + 0.5) / SIZE * 2 - 1
    y, x = np.meshgrid(axis, axis, indexing="ij")
    angle = _uniform(rng, count, 0, 2 * np.pi)[:, None, None]
    along = x * np.cos(angle) + y * np.sin(angle)
    across = y * np.cos(angle) - x * np.sin(angle)
    frequency = _uniform(rng, count, 4, 11)[:, None, None]
    phase = _uniform(rng, count, 0, 6.28)[:, None, None]
    centre = rng.uniform(-1, 1, (2, count, 1, 1)).astype(np.float32)
    mixes = np.stack([
        along * 0.5 + 0.5,
        np.sqrt((x - centre[0]) ** 2 + (y - centre[1]) ** 2) * 0.5,
        0.5 + 0.5 * np.clip(2.5 * np.sin(along * frequency + phase), -1, 1) * 0.8,
        0.5 + 0.5 * np.clip(4 * np.sin(along * frequency + phase) * np.sin(across * frequency), -1, 1) * 0.7,
        _smooth_noise(rng, count, 4, SIZE),
        0.25 + 0.6 * ghosts,
    ])
    mix = np.clip(mixes[rng.integers(0, len(mixes), count), np.arange(count)], 0, 1)[..., None]
    return first[:, None, None] * (1 - mix) + second[:, None, None] * mix


def _stroke(rng, count):
    """[n, SIZE, SIZE, 1]: how much a straight stroke covers each pixel; three images of four have none."""
    axis = np.arange(SIZE, dtype=np.float32) - (SIZE - 1) / 2
    y, x = np.meshgrid(axis, axis, indexing="ij")
    angle = _uniform(rng, count, 0, np.pi)[:, None, None]
    offset = _uniform(rng, count, -11, 11)[:, None, None]
    width = _uniform(rng, count, 0.4, 1.4)[:, None, None]
    cover = np.clip(width + 0.5 - np.abs(x * np.cos(angle) + y * np.sin(angle) - offset), 0, 1)
    return (cover * (rng.random(count) < 0.25)[:, None, None])[..., None].astype(np.float32)


def _pick(rng, masks, labels):
    return np.stack([masks[label][rng.integers(len(masks[label]))] for label in labels]).astype(np.float32)


def _blur(image):
    """A 3x3 binomial blur of [n, SIZE, SIZE, 3]."""
    for axis in (1, 2):
        pad = [(0, 0)] * 4
        pad[axis] = (1, 1)
        wide = np.pad(image, pad, mode="edge")
        cut = [slice(None)] * 4
        parts = []
        for start in range(3):
            cut[axis] = slice(start, start + SIZE)
            parts.append(wide[tuple(cut)])
        image = 0.25 * parts[0] + 0.5 * parts[1] + 0.25 * parts[2]
    return image


def draw(rng, masks, labels):
    """Images [n, SIZE, SIZE, 3] uint8 of the classes in labels [n]."""
    count = len(labels)
    shape = _warp(rng, _pick(rng, masks, labels), _uniform(rng, count, 0.66, 1.25), 0.42)
    others = rng.integers(0, len(CLASSES), count)
    ghosts = _shrink(_warp(rng, _pick(rng, masks, others), _uniform(rng, count, 1.8, 3.2), 3.1))
    first, second, ink = _palette(rng, count)
    image = _background(rng, first, second, ghosts)

    rim = _shrink(_grow(_grow(shape)))[..., None]
    glyph = _shrink(shape)[..., None]
    shadow = np.roll(glyph, (1, 1), (1, 2)) * 0.55
    style = rng.random((count, 1, 1, 1))
    image = np.where(style < 0.25, image * (1 - shadow), image)
    outline = np.where((ink @ _LUMA > 0.5)[:, None], 0.12, 0.95).astype(np.float32) * np.ones(3, np.float32)
    edged = image * (1 - rim) + outline[:, None, None] * rim
    image = np.where(style > 0.85, edged, image)

    slope = _uniform(rng, count, -0.14, 0.14)[:, None, None, None]
    fade = np.linspace(-1, 1, SIZE, dtype=np.float32)[:, None, None] * slope
    cover = glyph * _uniform(rng, count, 0.86, 1.0)[:, None, None, None]
    image = image * (1 - cover) + np.clip(ink[:, None, None] + fade, 0, 1) * cover

    stroke = _stroke(rng, count) * 0.8
    tint = np.where((rng.random(count) < 0.5)[:, None], second, (ink + first) / 2)
    image = image * (1 - stroke) + tint[:, None, None] * stroke

    soft = (rng.random(count, dtype=np.float32) ** 2)[:, None, None, None]
    image = image * (1 - soft) + _blur(image) * soft
    grain = (0.06 * rng.random(count, dtype=np.float32) ** 2)[:, None, None, None]
    image = image + grain * rng.standard_normal(image.shape, dtype=np.float32)
    return np.clip(image * 255 + 0.5, 0, 255).astype(np.uint8)
