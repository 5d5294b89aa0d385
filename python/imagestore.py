"""Reads in Python the image stores that ImageStore for Java writes: image files, LMDB and HDF5.

    import imagestore

    with imagestore.open("train") as store:
        image, label = store[0]        # uint8 array (height, width, channels), int
        images, labels = store[0:256]  # uint8 array (256, height, width, channels), int32 array
        store.ids, store.labels        # int64 and int32 arrays, ascending by id
        store.by_id(4711)              # like store[i], by the image's id
        store.metadata(0)              # what was stored along with the image, as json.loads gives it, or None
        store.encoded(0)               # the file of an image that is kept encoded, byte for byte, or None

Samples are uint8, uint16 or float32, as they were stored; encoded images are decoded by Pillow. A store is a sequence of (image, label), so that it serves torch.utils.data.DataLoader as a map-style dataset, in worker
processes too. Copy this file beside your code; it needs numpy, and h5py, lmdb or Pillow for the format at hand.

open(path, verify=True) checks the CRC-32C of each image that is read. A store shows what was committed when it was opened.
"""

import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np

__all__ = ["CorruptImageError", "Store", "open"]


class CorruptImageError(Exception):
    """An image isn't what was stored: its checksum differs, or it can't be decoded."""


def open(path, verify=False):
    """Opens the store that lies at a path, whichever format it has."""
    path = Path(path)
    if path.is_file():
        return Hdf5Store(path, verify)
    if (path / "data.mdb").is_file():
        return LmdbStore(path, verify)
    if (path / "labels.csv").is_file():
        return DiskStore(path, verify)
    raise FileNotFoundError(f"there is no image store at {path}")


class Store:
    """Images with labels, ascending by id. Read-only; for one thread or process at a time, which opens its own files."""

    FORMAT = None
    VERSION = 1

    def __init__(self, path, verify):
        self.path, self.verify = Path(path), verify
        self._handle = None
        self.label_names, self.ids, self.labels, self._checksums = self._read_index()
        self._places = None

    def __len__(self):
        return len(self.ids)

    def __getitem__(self, i):
        if isinstance(i, slice):
            places = range(*i.indices(len(self)))
            return self._stack([self._checked(place) for place in places]), self.labels[i]
        place = i + len(self) if i < 0 else i
        if not 0 <= place < len(self):
            raise IndexError(f"place {i} of {len(self)} in {self.path}")
        return self._checked(place), int(self.labels[place])

    def by_id(self, id):
        """The image of an id, and its label."""
        place = int(np.searchsorted(self.ids, id))
        if place == len(self) or self.ids[place] != id:
            raise KeyError(f"{self.path} holds no image {id}")
        return self[place]

    def metadata(self, place):
        """What was stored along with an image, as json.loads gives it; None if nothing was."""
        return None

    def encoded(self, place):
        """The file of an image that is kept encoded, byte for byte; None if it is raw pixels."""
        return None

    def close(self):
        """Closes the files. Reading again opens them again."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __getstate__(self):
        # An open file belongs to its process: a worker of a DataLoader opens its own.
        return {**self.__dict__, "_handle": None}

    def _checked(self, place):
        image = self._read_image(place)
        if self.verify and crc32c(image.tobytes()) != self._checksums[place]:
            raise CorruptImageError(f"image {self.ids[place]} in {self.path} has another checksum than was stored")
        return image

    def _stack(self, images):
        kinds = {(image.shape, image.dtype.name) for image in images}
        if len(kinds) > 1:
            raise ValueError(f"images of different shapes can't be one array: {sorted(kinds)}; read them one by one")
        return np.stack(images) if images else np.empty((0, 0, 0, 0), np.uint8)

    def _check_header(self, text):
        header = json.loads(text)
        if header.get("format") != self.FORMAT:
            raise ValueError(f"{self.path} is of format {header.get('format')}, but {self.FORMAT} was expected")
        if header.get("version", 0) > self.VERSION:
            raise ValueError(f"{self.path} has version {header['version']}; this module reads up to {self.VERSION}")
        return header.get("labelNames", [])

    def _read_index(self):
        """Gives label names, ids, labels and checksums."""
        raise NotImplementedError

    def _read_image(self, place):
        raise NotImplementedError


class DiskStore(Store):
    """Image files, a label table of which the lines behind the last commit don't count, and metadata as JSON lines."""

    FORMAT = "imagestore-disk"
    _COLUMNS = (
        "id,label,height,width,channels,sample_type,encoding,file,bytes,crc32c,"
        "metadata_file,metadata_at,metadata_bytes,metadata_crc32c,record_crc32c"
    ).split(",")
    _RECORD = struct.Struct("<QiIIIBII")  # id, label, height, width, channels, sample type, CRCs of bytes and metadata; format

    def _read_index(self):
        with (self.path / "labels.csv").open(encoding="utf-8", newline="\n") as table:
            label_names = self._check_header(table.readline()[1:])
            if table.readline().rstrip("\n").split(",") != self._COLUMNS:
                raise ValueError(f"{self.path / 'labels.csv'} has other columns than {self._COLUMNS}")
            rows, uncommitted = {}, []
            for line in table:
                if not line.endswith("\n"):
                    break  # torn
                if line.startswith("# commit of "):
                    rows.update(uncommitted)
                    uncommitted = []
                elif line[0].isdigit():
                    uncommitted.append((int(line.split(",", 1)[0]), line))
        live = [(id, line) for id, line in sorted(rows.items()) if line.split(",", 8)[7]]  # a deletion names no file
        self._rows = [line for _, line in live]
        records = [self._record(place) for place in range(len(live))]
        return (
            label_names,
            np.array([id for id, _ in live], np.int64),
            np.array([record["label"] for record in records], np.int32),
            np.array([record["bytes_crc"] for record in records], np.uint32),
        )

    def _record(self, place):
        row = dict(zip(self._COLUMNS, self._rows[place].rstrip("\n").split(",")))
        sample_type = ("uint8", "uint16", "float32").index(row["sample_type"])
        record = {
            "id": int(row["id"]),
            "label": int(row["label"]),
            "shape": (int(row["height"]), int(row["width"]), int(row["channels"])),
            "dtype": _SAMPLE_TYPES[sample_type],
            # A format may be called raw too: then so is what its file ends in.
            "format": "" if row["encoding"] == "raw" and row["file"].endswith(".png") else row["encoding"],
            "file": self.path / row["file"],
            "bytes_crc": int(row["crc32c"]),
            "metadata": (row["metadata_file"], int(row["metadata_at"]), int(row["metadata_bytes"])),
            "metadata_crc": int(row["metadata_crc32c"]),
        }
        covered = self._RECORD.pack(
            record["id"], record["label"], *record["shape"], sample_type, record["bytes_crc"], record["metadata_crc"]
        )
        if self.verify and crc32c(covered + record["format"].encode("ascii")) != int(row["record_crc32c"]):
            raise CorruptImageError(f"the row of image {record['id']} in {self.path} doesn't match its own checksum")
        return record

    def _read_file(self, record):
        try:
            file = record["file"].read_bytes()
        except OSError as e:
            raise CorruptImageError(f"image {record['id']} in {self.path} can't be read: {e}") from e
        if record["format"]:
            self._check(record, file, "bytes_crc")
        return file

    def _check(self, record, found, crc):
        if self.verify and crc32c(found) != record[crc]:
            raise CorruptImageError(f"image {record['id']} in {self.path} isn't what was stored")

    def _checked(self, place):
        record = self._record(place)
        try:
            image = _decode(self._read_file(record), record["shape"], record["dtype"])
        except OSError as e:
            raise CorruptImageError(f"image {record['id']} in {self.path} can't be decoded: {e}") from e
        if not record["format"]:
            self._check(record, image.tobytes(), "bytes_crc")
        return image

    def metadata(self, place):
        record = self._record(place)
        name, at, count = record["metadata"]
        if not name:
            return None
        with (self.path / name).open("rb") as lines:
            lines.seek(at)
            text = lines.read(count)
        self._check(record, text, "metadata_crc")
        return json.loads(text)

    def encoded(self, place):
        record = self._record(place)
        return self._read_file(record) if record["format"] else None


class LmdbStore(Store):
    """An LMDB environment: bytes in one database, metadata in another, and records that tell of both in a third."""

    FORMAT = "imagestore-lmdb"
    _DATABASES = ("store", "index", "images", "metadata", "staged", "staged metadata")
    _RECORD = struct.Struct("<iIIIBII")  # label, height, width, channels, sample type, CRCs of bytes and metadata; format
    _TAIL = struct.Struct("<BBI")  # flags, their complement, CRC of id and record
    _HAS_METADATA, _STAGED = 1, 2

    def _read_index(self):
        with self._transaction() as txn:
            label_names = self._check_header(txn.get(b"header", db=self._databases["store"]))
            records = [(int.from_bytes(key, "big"), value) for key, value in txn.cursor(self._databases["index"])]
        parsed = [self._parse(id, value) for id, value in records]
        return (
            label_names,
            np.array([id for id, _ in records], np.int64),
            np.array([record["label"] for record in parsed], np.int32),
            np.array([record["bytes_crc"] for record in parsed], np.uint32),
        )

    def _parse(self, id, value):
        label, height, width, channels, sample_type, bytes_crc, metadata_crc = self._RECORD.unpack_from(value)
        flags, complement, crc = self._TAIL.unpack(value[-self._TAIL.size :])
        covered = value[: -self._TAIL.size]
        if flags != 255 - complement or self.verify and crc32c(id.to_bytes(8, "little") + covered) != crc:
            raise CorruptImageError(f"the record of image {id} in {self.path} doesn't match its own checksum")
        if flags > 3 or sample_type >= len(_SAMPLE_TYPES):
            raise ValueError(f"image {id} in {self.path} has flags {flags} and sample type {sample_type}; this module is older")
        return {
            "label": label,
            "shape": (height, width, channels),
            "dtype": _SAMPLE_TYPES[sample_type],
            "format": covered[self._RECORD.size :].decode("ascii"),
            "bytes_crc": bytes_crc,
            "metadata_crc": metadata_crc if flags & self._HAS_METADATA else None,
            "staged": bool(flags & self._STAGED),
        }

    def _transaction(self):
        import lmdb

        if self._handle is None:
            self._handle = lmdb.open(str(self.path), readonly=True, max_dbs=8, lock=(self.path / "lock.mdb").exists())
            self._databases = {name: self._handle.open_db(name.encode(), create=False) for name in self._DATABASES}
        return self._handle.begin()

    def __getstate__(self):
        return {**super().__getstate__(), "_databases": {}}

    def _read(self, place, metadata=False):
        """The record of an image, and its bytes or its metadata, both of one moment."""
        id = int(self.ids[place])
        key = id.to_bytes(8, "big")
        with self._transaction() as txn:
            value = txn.get(key, db=self._databases["index"])
            if value is None:
                raise KeyError(f"image {id} was deleted from {self.path} since it was opened")
            record = self._parse(id, value)
            if metadata and record["metadata_crc"] is None:
                return record, None
            database = ("staged " if record["staged"] else "") + "metadata" if metadata else "staged" if record["staged"] else "images"
            found = txn.get(key, db=self._databases[database])
        crc = record["metadata_crc" if metadata else "bytes_crc"]
        if found is None or self.verify and crc32c(found) != crc:
            raise CorruptImageError(f"image {id} in {self.path} isn't what was stored")
        return record, found

    def _checked(self, place):
        record, found = self._read(place)
        if record["format"]:
            try:
                return _decode(found, record["shape"], record["dtype"])
            except OSError as e:
                raise CorruptImageError(f"image {self.ids[place]} in {self.path} can't be decoded: {e}") from e
        return np.frombuffer(found, record["dtype"]).reshape(record["shape"]).copy()

    def metadata(self, place):
        _, text = self._read(place, metadata=True)
        return None if text is None else json.loads(text)

    def encoded(self, place):
        record, found = self._read(place)
        return found if record["format"] else None


class Hdf5Store(Store):
    """One HDF5 file, whose rows may lie in any order: images of one shape in one dataset, or any images as bytes."""

    FORMAT = "imagestore-hdf5"
    _RECORD = struct.Struct("<QiIIIBII")  # id, label, height, width, channels, sample type, CRCs of bytes and metadata; format
    _COLUMNS = ("ids", "labels", "crc32c", "record_crc32c", "metadata_offsets", "metadata_sizes", "metadata_crc32c")
    _MIXED = ("offsets", "sizes", "shapes", "sample_types", "formats")

    def _read_index(self):
        file = self._file()
        label_names = self._check_header(file.attrs["imagestore"])
        if "ids" not in file:  # there never was an image
            self._rows, self._columns = np.empty(0, np.int64), {}
            return label_names, np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.uint32)
        self._mixed = "bytes" in file
        ids = file["ids"][...]
        self._rows = np.argsort(ids, kind="stable")
        names = self._COLUMNS + (self._MIXED if self._mixed else ())
        columns = self._columns = {name: file[name][...][self._rows] for name in names}
        if self.verify:
            for place in range(len(ids)):
                self._check_record(place)
        return label_names, columns["ids"], columns["labels"], columns["crc32c"]

    def _check_record(self, place):
        columns = self._columns
        shape, dtype, format = self._kind(place)
        id, metadata_crc = int(columns["ids"][place]), int(columns["metadata_crc32c"][place])
        sample_type, bytes_crc = _SAMPLE_TYPES.index(dtype), int(columns["crc32c"][place])
        values = (id & 2**64 - 1, int(columns["labels"][place]), *shape, sample_type, bytes_crc, metadata_crc)
        if crc32c(self._RECORD.pack(*values) + format.encode("latin-1")) != columns["record_crc32c"][place]:
            raise CorruptImageError(f"the record of image {id} in {self.path} doesn't match its own checksum")

    def _kind(self, place):
        """Shape, sample type and format of an image; no format stands for raw pixels."""
        if not self._mixed:
            images = self._file()["images"]
            return images.shape[1:], images.dtype.str.replace("|", "<"), ""
        columns = self._columns
        sample_type = int(columns["sample_types"][place])
        if sample_type >= len(_SAMPLE_TYPES):
            raise CorruptImageError(f"image {columns['ids'][place]} in {self.path} has the unknown sample type {sample_type}")
        return tuple(map(int, columns["shapes"][place])), _SAMPLE_TYPES[sample_type], columns["formats"][place].decode("latin-1")

    def _file(self):
        import h5py

        if self._handle is None:
            self._handle = h5py.File(self.path, "r")
        return self._handle

    def _read_image(self, place):
        return self._file()["images"][self._rows[place]]

    def _bytes(self, place, name, offsets, sizes, checksums):
        """Bytes that rows refer to, in one of the datasets of bytes."""
        offset, size = int(self._columns[offsets][place]), int(self._columns[sizes][place])
        found = self._file()[name][offset : offset + size].tobytes()
        if len(found) != size or self.verify and crc32c(found) != self._columns[checksums][place]:
            raise CorruptImageError(f"the {name} of image {self.ids[place]} in {self.path} aren't what was stored")
        return found

    def _checked(self, place):
        if not self._mixed:
            return super()._checked(place)
        shape, dtype, format = self._kind(place)
        found = self._bytes(place, "bytes", "offsets", "sizes", "crc32c")
        try:
            return _decode(found, shape, dtype) if format else np.frombuffer(found, dtype).reshape(shape).copy()
        except OSError as e:
            raise CorruptImageError(f"image {self.ids[place]} in {self.path} can't be decoded: {e}") from e

    def metadata(self, place):
        if not self._columns["metadata_sizes"][place]:
            return None
        return json.loads(self._bytes(place, "metadata", "metadata_offsets", "metadata_sizes", "metadata_crc32c"))

    def encoded(self, place):
        encoded = self._mixed and self._columns["formats"][place]
        return self._bytes(place, "bytes", "offsets", "sizes", "crc32c") if encoded else None

    def __getitem__(self, i):
        if not isinstance(i, slice) or self.verify or not len(self) or self._mixed:
            return super().__getitem__(i)
        rows = self._rows[i]
        first, last = (int(rows.min()), int(rows.max())) if len(rows) else (0, -1)
        if last - first + 1 != len(rows):
            return super().__getitem__(i)
        # Rows that lie together are read together.
        return self._file()["images"][first : last + 1][rows - first], self.labels[i]


_SAMPLE_TYPES = ("<u1", "<u2", "<f4")  # UINT8, UINT16, FLOAT32


def _decode(file, shape, dtype):
    """The pixels of an encoded image, whose shape and sample type its store tells."""
    from PIL import Image

    with Image.open(io.BytesIO(file)) as image:
        mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[shape[2]]
        if dtype == "<u2":
            if shape[2] > 1:
                return _decode_png16(file, shape)
            return np.array(image).astype(dtype).reshape(shape)
        return np.array(image if image.mode == mode else image.convert(mode)).reshape(shape)


def _decode_png16(file, shape):
    """The samples of a 16-bit PNG, of which Pillow gives gray ones alone. Takes some tenths of a second a megapixel."""
    chunks, at = {}, 8
    while at + 8 <= len(file):
        length, kind = struct.unpack_from(">I4s", file, at)
        chunks.setdefault(kind, []).append(file[at + 8 : at + 8 + length])
        at += length + 12
    header = chunks.get(b"IHDR", [b""])[0]
    if file[:4] != b"\x89PNG" or len(header) != 13:
        raise ValueError("16-bit samples of several channels are read from PNG alone; take encoded() to another decoder")
    width, height, depth, color, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    channels, transparent = {0: 1, 2: 3, 4: 2, 6: 4}.get(color, 0), b"tRNS" in chunks
    if (height, width, channels + transparent) != tuple(shape) or depth != 16:
        raise ValueError("this kind of 16-bit PNG isn't read here; take encoded() to another decoder")
    samples = np.empty((height, width, channels), "<u2")
    parts = [samples[y::down, x::right] for y, x, down, right in (_ADAM7 if interlaced else _WHOLE)]
    parts = [part for part in parts if part.size]
    try:
        filtered = zlib.decompress(b"".join(chunks.get(b"IDAT", [])))
    except zlib.error as e:
        raise OSError(f"its data can't be inflated: {e}") from e
    expected = sum(part.nbytes + len(part) for part in parts)
    if len(filtered) != expected:
        raise OSError(f"it has {len(filtered)} bytes of data in place of {expected}")
    at = 0
    for part in parts:
        rows = np.frombuffer(filtered, np.uint8, part.nbytes + len(part), at).reshape(len(part), -1)
        part[:] = _unfiltered(rows, 2 * channels).view(">u2").reshape(part.shape)
        at += rows.size
    if not transparent:
        return samples
    alpha = np.where((samples == np.frombuffer(chunks[b"tRNS"][0], ">u2")).all(axis=-1), 0, 65535)
    return np.concatenate([samples, alpha[..., None].astype("<u2")], axis=-1)


def _unfiltered(rows, pixel):
    """Undoes the filters of PNG's rows, each behind the type of its filter.

    A pixel needs those to its left and above. So they come diagonal by diagonal, each in one go, as in a plane with a
    row and a column of zeros before it a diagonal's pixels lie at equal distances.
    """
    types = rows[:, :1]
    if types.max() > 4:
        raise OSError(f"a row has a filter of type {types.max()}")
    height, width = len(rows), (rows.shape[1] - 1) // pixel
    plane = np.zeros((height + 1, width + 1, pixel), np.uint8)
    plane[1:, 1:] = rows[:, 1:].reshape(height, width, pixel)
    pixels = plane.reshape(-1, pixel)
    for diagonal in range(2, height + width + 1):
        top, bottom = max(1, diagonal - width), min(height, diagonal - 1)
        first, last = diagonal + top * width, diagonal + bottom * width + 1
        left, above, corner = (
            pixels[first - back : last - back : width].astype(np.int16) for back in (1, width + 1, width + 2)
        )
        by_left, by_above, by_corner = abs(above - corner), abs(left - corner), abs(left + above - 2 * corner)
        nearest = np.where(by_above <= by_corner, above, corner)
        paeth = np.where((by_left <= by_above) & (by_left <= by_corner), left, nearest)
        predicted = np.choose(types[top - 1 : bottom], (np.zeros_like(left), left, above, (left + above) >> 1, paeth))
        pixels[first:last:width] += predicted.astype(np.uint8)
    return np.ascontiguousarray(plane[1:, 1:])


# Where a pass of PNG begins, downwards and to the right, and how far its pixels lie from each other.
_WHOLE = ((0, 0, 1, 1),)
_ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))


def _crc32c_table():
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
        table.append(crc)
    return table


_TABLE = _crc32c_table()


def crc32c(data):
    """CRC-32C (Castagnoli) of bytes, as RFC 3720 defines it."""
    crc, table = 0xFFFFFFFF, _TABLE
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF
