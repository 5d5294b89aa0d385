/**
 * Images in one HDF5 file that grows in place, and that h5py opens as it is.
 *
 * <h2>The format</h2>
 *
 * <p>Images lie in one of two layouts, which the first image decides, or {@link
 * io.imagestore.hdf5.Hdf5Options.Builder#layout an option}. In the root group are these datasets,
 * little-endian, chunked by rows and unlimited in N, B and M. In the rows, of which there are N,
 * the images are in any order and without gaps.
 *
 * <table>
 *   <caption>Datasets of both layouts</caption>
 *   <tr><th>name</th><th>type</th><th>dimensions</th><th>holds</th></tr>
 *   <tr><td>{@code labels}</td><td>int32</td><td>N</td><td>labels</td></tr>
 *   <tr><td>{@code ids}</td><td>int64</td><td>N</td><td>ids, each once</td></tr>
 *   <tr><td>{@code crc32c}</td><td>uint32</td><td>N</td><td>the CRC-32C of each image's bytes: its pixels, or its file</td></tr>
 *   <tr><td>{@code record_crc32c}</td><td>uint32</td><td>N</td><td>the CRC-32C of id, label, shape, format and both other checksums, as {@link io.imagestore.spi.Checksums} tells</td></tr>
 *   <tr><td>{@code metadata_offsets}</td><td>int64</td><td>N</td><td>where in {@code metadata} that of each image begins</td></tr>
 *   <tr><td>{@code metadata_sizes}</td><td>uint32</td><td>N</td><td>how many bytes it has; 0 for none</td></tr>
 *   <tr><td>{@code metadata_crc32c}</td><td>uint32</td><td>N</td><td>their CRC-32C; 0 for none</td></tr>
 *   <tr><td>{@code metadata}</td><td>uint8</td><td>M</td><td>JSON in UTF-8</td></tr>
 * </table>
 *
 * <table>
 *   <caption>The uniform layout, of raw images of one shape</caption>
 *   <tr><th>name</th><th>type</th><th>dimensions</th><th>holds</th></tr>
 *   <tr><td>{@code images}</td><td>uint8, uint16 or float32</td><td>N, height, width, channels</td><td>pixels</td></tr>
 * </table>
 *
 * <table>
 *   <caption>The mixed layout, of any images</caption>
 *   <tr><th>name</th><th>type</th><th>dimensions</th><th>holds</th></tr>
 *   <tr><td>{@code offsets}</td><td>int64</td><td>N</td><td>where in {@code bytes} each image begins</td></tr>
 *   <tr><td>{@code sizes}</td><td>uint32</td><td>N</td><td>how many bytes it has</td></tr>
 *   <tr><td>{@code shapes}</td><td>uint32</td><td>N, 3</td><td>height, width, channels</td></tr>
 *   <tr><td>{@code sample_types}</td><td>uint8</td><td>N</td><td>0 UINT8, 1 UINT16, 2 FLOAT32</td></tr>
 *   <tr><td>{@code formats}</td><td>text of 16 bytes</td><td>N</td><td>the format of an encoded image, such as {@code jpeg}; empty for raw pixels</td></tr>
 *   <tr><td>{@code bytes}</td><td>uint8</td><td>B</td><td>pixels in HWC order, or encoded files; in the gaps between them, anything</td></tr>
 * </table>
 *
 * <p>The group's attribute {@code imagestore} is one line of JSON: {@code
 * {"format":"imagestore-hdf5","version":1,"labelNames":["cat","dog"]}}. A store that never held an
 * image has the attribute and no datasets. An attribute {@code unsettled} says that the file was
 * never flushed, and needs its journal. In Python, the uniform layout is
 *
 * <pre>{@code
 * import h5py, json
 * with h5py.File("train.h5") as f:
 *     images, labels, ids = f["images"], f["labels"][:], f["ids"][:]   # images[i] has ids[i], labels[i]
 *     names = json.loads(f.attrs["imagestore"])["labelNames"]
 *     batch = images[100:200]                                          # NHWC
 * }</pre>
 *
 * <p>and the mixed one, with numpy and Pillow,
 *
 * <pre>{@code
 * import h5py, io, numpy, PIL.Image
 * with h5py.File("photos.h5") as f:
 *     offsets, sizes, shapes, types = (f[name][:] for name in ("offsets", "sizes", "shapes", "sample_types"))
 *     texts, text_sizes = f["metadata_offsets"][:], f["metadata_sizes"][:]
 *     for i, format in enumerate(f["formats"][:]):
 *         value = f["bytes"][offsets[i]:offsets[i] + sizes[i]]
 *         if format:
 *             image = PIL.Image.open(io.BytesIO(value))
 *         else:
 *             image = value.view(("u1", "<u2", "<f4")[types[i]]).reshape(shapes[i])
 *         json = bytes(f["metadata"][texts[i]:texts[i] + text_sizes[i]])  # empty if it has none
 * }</pre>
 *
 * <p>h5py may append too, while no {@link io.imagestore.hdf5.Hdf5ImageStore} has the file open for
 * writing: {@code resize} all datasets of N rows, and write their new rows. Where only some were
 * extended, opening says which. While a store is open, h5py sees an image that was replaced, and
 * the last one, which moves into a deleted one's row, there from the next flush on. Datasets and
 * attributes that others add stay.
 *
 * <p>HDF5 files of another making can be read, see {@link io.imagestore.hdf5.Hdf5Options}.
 */
@NullMarked
package io.imagestore.hdf5;

import org.jspecify.annotations.NullMarked;
