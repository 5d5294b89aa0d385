"""Makes links.h5, a file with soft and external links, as LinksInForeignFilesTest reads it.

usage: python3 links.py FILE
"""

import sys

import h5py
import numpy

with h5py.File(sys.argv[1], "w") as file:
    file["inside/pixels"] = numpy.full((2, 2, 3, 3), 7, dtype=numpy.uint8)
    file["labels"] = numpy.arange(2, dtype=numpy.int32)
    file["soft"] = h5py.SoftLink("/inside/pixels")
    file["group"] = h5py.SoftLink("/inside")
    file["inside/beside"] = h5py.SoftLink("pixels")
    file["broken"] = h5py.SoftLink("/nothing")
    file["turn"] = h5py.SoftLink("/round")
    file["round"] = h5py.SoftLink("/turn")
    file["images"] = h5py.ExternalLink("other.h5", "/images")
    file["elsewhere"] = h5py.ExternalLink("other.h5", "/")
    file["hidden"] = h5py.SoftLink("/elsewhere")
