"""Checks HDF5 stores against what they should hold, with h5py and the HDF5 command line tools.

usage: check.py FILE EXPECTED [FILE EXPECTED ...]

EXPECTED holds, for each image, its id (int64), label (int32), the CRC-32C of its pixels and of its record
(uint32) and the pixels, ascending by id, behind a line with height, width, channels, sample type and the
number of images.
"""
import re
import subprocess
import sys

import h5py
import numpy as np


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    assert not re.search("error|corrupt|unable", done.stdout + done.stderr, re.I), f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def check(path, expected):
    with open(expected, "rb") as source:
        h, w, c, samples, n = source.readline().decode().split()
        h, w, c, n = int(h), int(w), int(c), int(n)
        samples = np.dtype({"UINT8": "u1", "UINT16": "<u2", "FLOAT32": "<f4"}[samples])
        pixels = (samples, (h, w, c))
        rows = np.frombuffer(
            source.read(),
            [("id", "<i8"), ("label", "<i4"), ("crc", "<u4"), ("record", "<u4"), ("pixels", pixels)],
        )
    assert len(rows) == n
    with h5py.File(path, "r") as f:
        if n == 0 and "images" not in f:
            return
        order = np.argsort(f["ids"][:])
        assert f["images"].shape == (n, h, w, c), f["images"].shape
        np.testing.assert_array_equal(f["ids"][:][order], rows["id"])
        np.testing.assert_array_equal(f["labels"][:][order], rows["label"])
        np.testing.assert_array_equal(f["crc32c"][:][order], rows["crc"])
        np.testing.assert_array_equal(f["record_crc32c"][:][order], rows["record"])
        assert f["images"].dtype == samples, f["images"].dtype
        np.testing.assert_array_equal(f["images"][:][order], rows["pixels"])
    header = run("h5dump", "-H", path)
    assert header.count("H5S_UNLIMITED") == 9, header
    run("h5stat", path)
    run("h5debug", path)


def shows_no_old_rows(path):
    """Extends a copy: rows that come back must be zero, whatever lay there before."""
    copy = path + ".grown"
    subprocess.run(["cp", "--sparse=always", path, copy], check=True)
    with h5py.File(copy, "r+") as f:
        if "images" not in f:
            return
        n = f["ids"].shape[0]
        for name in f.keys() - {"metadata"}:
            f[name].resize(n + 3 * f[name].chunks[0] + 1, 0)
            assert not f[name][n:].any(), name
    with h5py.File(copy, "r") as f:
        assert not f["images"][n:].any()
    subprocess.run(["rm", copy], check=True)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    for path, expected in zip(arguments[::2], arguments[1::2]):
        try:
            check(path, expected)
            shows_no_old_rows(path)
        except Exception as e:
            print(f"{path}: {e}")
            raise
    print("checked", len(arguments) // 2)
