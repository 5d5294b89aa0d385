#!/usr/bin/python3
"""Makes the JPEG files of the tests, and beside each NAME.jpg the pixels that Pillow decodes: NAME.raw (HWC, uint8).

Needs Debian's python3-pil, python3-numpy and libturbojpeg0, which writes the samplings that Pillow doesn't offer.
"""
import ctypes
import io
import os
from pathlib import Path

import numpy
from PIL import Image

HEIGHT, WIDTH = 19, 35  # odd, and more than one MCU of each kind
FOLDER = Path(__file__).parent
TURBO_RGB, TURBO_GRAY, TURBO_CMYK = 0, 6, 11
TURBO_420, TURBO_440, TURBO_411 = 2, 4, 5
TURBO_PROGRESSIVE = 16384


def picture(channels):
    """Slopes with an edge across, so that neighbors differ a little and a few differ much."""
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH]
    planes = [(x * (5 - c) + y * (3 + 2 * c) + 90 * (x + y > 24 + 4 * c)) % 256 for c in range(channels)]
    return numpy.stack(planes, -1).astype("u1")


def pillow(pixels, mode=None, **options):
    file = io.BytesIO()
    Image.fromarray(pixels if pixels.shape[-1] > 1 else pixels[..., 0], mode).save(file, "jpeg", **options)
    return file.getvalue()


def turbo(pixels, pixel_format, sampling, flags=0):
    library = ctypes.CDLL("libturbojpeg.so.0")
    library.tjInitCompress.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(library.tjInitCompress())
    address, size = ctypes.c_void_p(), ctypes.c_ulong()
    source = numpy.ascontiguousarray(pixels)
    failed = library.tjCompress2(handle, source.ctypes.data_as(ctypes.c_void_p), WIDTH, 0, HEIGHT, pixel_format,
                                 ctypes.byref(address), ctypes.byref(size), sampling, 90, flags)
    assert not failed
    return ctypes.string_at(address, size.value)


def with_restarts(pixels):
    os.environ["TJ_RESTART"] = "2B"  # after every second MCU
    try:
        return turbo(pixels, TURBO_RGB, TURBO_420)
    finally:
        del os.environ["TJ_RESTART"]


def as_rgb(pixels):
    """Components that are red, green and blue themselves, which Adobe's marker says instead of JFIF's."""
    file = pillow(pixels, "YCbCr", quality=90, subsampling=0)
    jfif = file[2:20]
    assert jfif[:4] == b"\xff\xe0\x00\x10"
    return file[:2] + b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00" + file[20:]


def main():
    color, gray, inks = picture(3), picture(1), picture(4)
    files = {
        "gray": pillow(gray, quality=90),
        "gray-progressive": pillow(gray, quality=90, progressive=True),
        "rgb": as_rgb(color),
        "ycbcr-444": pillow(color, quality=90, subsampling=0),
        "ycbcr-422": pillow(color, quality=90, subsampling=1),
        "ycbcr-420": pillow(color, quality=90, subsampling=2),
        "ycbcr-440": turbo(color, TURBO_RGB, TURBO_440),
        "ycbcr-411": turbo(color, TURBO_RGB, TURBO_411),
        "ycbcr-420-restarts": with_restarts(color),
        "ycbcr-420-progressive": pillow(color, quality=90, subsampling=2, progressive=True),
        "cmyk": pillow(inks, "CMYK", quality=90),
        "cmyk-progressive": pillow(inks, "CMYK", quality=90, progressive=True),
        "ycck-420": turbo(inks, TURBO_CMYK, TURBO_420),
        "ycck-411-progressive": turbo(inks, TURBO_CMYK, TURBO_411, TURBO_PROGRESSIVE),
    }
    for name, file in files.items():
        image = Image.open(io.BytesIO(file))
        decoded = image if image.mode == "L" else image.convert("RGB")
        (FOLDER / f"{name}.jpg").write_bytes(file)
        (FOLDER / f"{name}.raw").write_bytes(numpy.asarray(decoded).tobytes())


if __name__ == "__main__":
    main()
