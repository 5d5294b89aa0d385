"""Writes one CIFAR batch in each form in which Python writes such a dict, for the tests to read.

usage: pickle_forms.py OUT_FOLDER [CIFAR_BATCH IMAGES]

Run it with Python 3 and numpy 1, with Python 3 and numpy 2, and with Python 2 (no numpy needed: its
names are stood in for, so that cPickle writes what numpy would make it write).
Without a batch, two made-up rows hold each byte value once.
"""
import pickle
import sys

PY2 = sys.version_info[0] == 2
OUT = sys.argv[1]


def standins():
    """Modules whose objects pickle as numpy's do."""
    import types

    modules = {}
    for name in ("numpy", "numpy.core", "numpy.core.multiarray"):
        modules[name] = sys.modules[name] = types.ModuleType(name)

    def _reconstruct(*_):
        return modules["numpy"].ndarray()

    _reconstruct.__module__ = "numpy.core.multiarray"
    modules["numpy.core.multiarray"]._reconstruct = _reconstruct

    class dtype(object):
        def __reduce__(self):
            return dtype, ("u1", 0, 1), (3, "|", None, None, None, -1, -1, 0)

    class ndarray(object):
        def __reduce__(self):
            state = (1, self.shape, dtype(), False, self.data)
            return _reconstruct, (ndarray, (0,), "b"), state

    for kind in (dtype, ndarray):
        kind.__module__ = "numpy"
        setattr(modules["numpy"], kind.__name__, kind)
    return ndarray


def array(rows, width, data):
    if PY2:
        result = Standin()
        result.shape, result.data = (rows, width), data
        return result
    return np.frombuffer(data, "u1").reshape(rows, width).copy()


def content():
    if len(sys.argv) == 2:
        data = b"".join(chr(i) for i in range(256)) if PY2 else bytes(range(256))
        return 2, 128, data, [5, 3], b"training batch 1 of 5", [b"a.png", b"b.png"]
    n = int(sys.argv[3])
    if PY2:
        import subprocess

        command = ["/usr/bin/python3", "-c", (
            "import pickle,sys; d=pickle.load(open(sys.argv[1],'rb'),encoding='bytes'); n=int(sys.argv[2]);"
            "sys.stdout.buffer.write(pickle.dumps((d[b'data'][:n].tobytes().decode('latin1'),"
            "d[b'labels'][:n],d[b'batch_label'].decode(),[f.decode() for f in d[b'filenames'][:n]]),2))")]
        data, labels, name, files = pickle.loads(subprocess.check_output(command + sys.argv[2:]))
        return n, 3072, data.encode("latin1"), labels, str(name), [str(f) for f in files]
    with open(sys.argv[2], "rb") as f:
        d = pickle.load(f, encoding="bytes")
    return n, 3072, d[b"data"][:n].tobytes(), d[b"labels"][:n], d[b"batch_label"], d[b"filenames"][:n]


def write(name, value, protocol):
    with open("%s/%s.pickle" % (OUT, name), "wb") as f:
        (cPickle if PY2 else pickle).dump(value, f, protocol)


class CIFAR_Image(object):
    pass


class Old:
    pass


def record(kind, data):
    instance = kind()
    instance.channels, instance.size = 3, (2, 8)
    instance.image, instance.label = data[:48], 7
    return instance


if PY2:
    import cPickle

    Standin = standins()
else:
    import numpy as np

rows, width, data, labels, batch_label, filenames = content()
batch = {b"data": array(rows, width, data), b"labels": labels, b"batch_label": batch_label, b"filenames": filenames}
if PY2:
    for protocol in (0, 1, 2):
        write("python2-protocol%d" % protocol, batch, protocol)
        if len(sys.argv) == 2:
            write("record-python2-protocol%d" % protocol, record(CIFAR_Image, data), protocol)
            write("record-python2-old-protocol%d" % protocol, record(Old, data), protocol)
else:
    numpy = np.__version__[0]
    text = {
        "data": batch[b"data"],
        "labels": labels,
        "batch_label": batch_label.decode(),
        "filenames": [f.decode() for f in filenames],
    }
    for protocol in range(6):
        write("numpy%s-bytes-protocol%d" % (numpy, protocol), batch, protocol)
        write("numpy%s-text-protocol%d" % (numpy, protocol), text, protocol)
        if len(sys.argv) == 2 and numpy == "1":
            write("record-protocol%d" % protocol, record(CIFAR_Image, data), protocol)
    for dtype in ("u1", "<i8", ">u2"):
        name = dtype.translate({ord("<"): "le-", ord(">"): "be-"})
        write("numpy%s-labels-%s" % (numpy, name), dict(text, labels=np.array(labels, dtype)), 2 if dtype == "u1" else 4)
    write("numpy%s-labels-scalars" % numpy, dict(text, labels=[np.int64(i) for i in labels]), 4)
