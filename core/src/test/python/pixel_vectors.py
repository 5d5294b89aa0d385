"""Prints what Pillow, and torchvision on top of it, make of images, to check the loader's transforms by.

A line holds the image's height, width and channels, the steps, the result's height, width and channels, and its pixels
in base64, or their SHA-256 where they are many. The image itself is noise from imagestore_order.

usage: PYTHONPATH=../python python3 src/test/python/pixel_vectors.py > src/test/resources/io/imagestore/loader/pixels.csv
"""

import base64
import hashlib

import numpy
from PIL import Image, ImageEnhance, ImageOps

from imagestore_order import bits, key_of

MODES = {1: "L", 3: "RGB", 4: "RGBA"}

CASES = [
    *((23, 17, channels, f"resize {height} {width}")
      for channels in (1, 3, 4)
      for height, width in ((23, 17), (11, 9), (5, 40), (46, 34), (1, 1), (23, 8), (7, 17))),
    (1, 1, 3, "resize 4 3"),
    (2, 90, 3, "resize 30 4"),
    (401, 468, 3, "resize 224 224"),
    (468, 401, 3, "resize 256 299"),
    (401, 468, 1, "resize 224 224"),
    (401, 468, 3, "crop 13 57 300 301; resize 224 224"),
    (401, 468, 3, "crop 100 100 90 120; resize 224 224"),
    (401, 468, 3, "resize 256 298; crop 16 37 224 224; fliph"),
    (60, 80, 3, "crop 7 9 40 50; resize 20 30; crop 3 4 10 20"),
    (60, 80, 3, "crop 7 9 40 50; resize 20 30; pad 2 3 4 5; crop 1 1 20 35; fliph; flipv"),
    (60, 80, 3, "resize 20 30; resize 31 17"),
    (60, 80, 3, "pad 3 3 3 3; resize 21 32"),
    (20, 30, 3, "crop 5 6 10 12"),
    (20, 30, 3, "fliph"),
    (20, 30, 3, "flipv"),
    (20, 30, 1, "fliph; crop 1 2 15 21; flipv; crop 3 4 9 8; fliph"),
    (20, 30, 3, "fliph; pad 1 2 3 4; crop 0 5 20 25"),
    (20, 30, 4, "flipv; pad 0 2 30 0; crop 15 0 30 20; fliph"),
    *((20, 30, channels, "gray") for channels in (1, 3, 4)),
    *((20, 30, channels, "rgb") for channels in (1, 3, 4)),
    (20, 30, 1, "rgb; crop 1 1 10 10; resize 12 7"),
    (20, 30, 3, "resize 9 8; gray; rgb; fliph"),
    *((20, 30, channels, "crop 4 5 12 20; pad 3 1 2 4") for channels in (1, 3, 4)),
    (20, 30, 3, "crop 4 5 12 20; fliph; pad 3 1 2 4; crop 1 0 16 25; pad 2 2 2 2; resize 30 40"),
    (20, 30, 3, "resize 10 12; crop 2 3 6 8; pad 1 2 3 4"),
    *((20, 30, channels, "rgb; gray") for channels in (1, 3, 4)),
    *((20, 30, channels, "rgb; fliph; rgb") for channels in (1, 3, 4)),
    *((20, 30, channels, "rgb; gray; rgb; gray") for channels in (1, 3, 4)),
    *((20, 30, channels, f"{change} {factor}")
      for channels in (1, 3)
      for change in ("brightness", "contrast", "saturation")
      for factor in (0, 0.25, 0.6000000238418579, 1, 1.399999976158142, 3)),
    *((20, 30, 3, f"hue {turn}") for turn in (-0.5, -0.1, -0.001, 0.07, 0.3, 0.5)),
    (256, 256, 3, "hue 0.123"),
    (256, 256, 3, "saturation 1.7000000476837158"),
    (30, 40, 3, "crop 2 3 20 30; resize 12 15; fliph; brightness 1.25; contrast 0.75; saturation 1.5; hue -0.2"),
]


def noise(height, width, channels):
    key = key_of(height, width, channels)
    samples = bytes(bits(key, i) >> 56 for i in range(height * width * channels))
    return Image.frombytes(MODES[channels], (width, height), samples)


def turn_hue(image, turn):
    """As torchvision's adjust_hue does."""
    if image.mode == "L":
        return image
    hue, saturation, value = image.convert("HSV").split()
    turned = numpy.array(hue) + numpy.array(int(turn * 255) & 255, dtype=numpy.uint8)
    return Image.merge("HSV", (Image.fromarray(turned, "L"), saturation, value)).convert("RGB")


def do(image, step):
    name, *numbers = step.split()
    numbers = [float(number) if "." in number else int(number) for number in numbers]
    if name == "resize":
        height, width = numbers
        # Band by band, since Pillow weighs colors by alpha, which the loader doesn't.
        return Image.merge(image.mode, [band.resize((width, height), Image.BILINEAR) for band in image.split()])
    if name == "crop":
        top, left, height, width = numbers
        return image.crop((left, top, left + width, top + height))
    if name == "pad":
        top, left, bottom, right = numbers
        return ImageOps.expand(image, (left, top, right, bottom), fill=(0,) * len(image.getbands()))
    if name == "fliph":
        return image.transpose(Image.FLIP_LEFT_RIGHT)
    if name == "flipv":
        return image.transpose(Image.FLIP_TOP_BOTTOM)
    if name == "gray":
        return image.convert("L")
    if name == "rgb":
        return image.convert("RGB")
    if name == "hue":
        return turn_hue(image, *numbers)
    enhancer = {"brightness": ImageEnhance.Brightness, "contrast": ImageEnhance.Contrast, "saturation": ImageEnhance.Color}
    return enhancer[name](image).enhance(*numbers)


def told(pixels):
    return base64.b64encode(pixels).decode() if len(pixels) <= 1024 else "sha256:" + hashlib.sha256(pixels).hexdigest()


print("height|width|channels|steps|resultHeight|resultWidth|resultChannels|pixels")
for height, width, channels, steps in CASES:
    image = noise(height, width, channels)
    for step in steps.split("; "):
        image = do(image, step)
    print(height, width, channels, steps, image.height, image.width, len(image.getbands()), told(image.tobytes()), sep="|")
