/**
 * Images in one HDF5 file that grows in place, and that h5py opens as it is.
 *
 * <h2>The format</h2>
 *
 * <p>The file's root group has five datasets, in whose rows the images lie, in any order and
 * without gaps:
 *
 * <table>
 *   <caption>Datasets</caption>
 *   <tr><th>name</th><th>type</th><th>dimensions</th><th>holds</th></tr>
 *   <tr><td>{@code images}</td><td>uint8, uint16 or float32</td><td>N, height, width, channels</td><td>pixels</td></tr>
 *   <tr><td>{@code labels}</td><td>int32</td><td>N</td><td>labels</td></tr>
 *   <tr><td>{@code ids}</td><td>int64</td><td>N</td><td>ids, each once</td></tr>
 *   <tr><td>{@code crc32c}</td><td>uint32</td><td>N</td><td>the CRC-32C of each image's pixels</td></tr>
 *   <tr><td>{@code record_crc32c}</td><td>uint32</td><td>N</td><td>the CRC-32C of id, label, shape and {@code crc32c}, as {@link io.imagestore.spi.Checksums} tells</td></tr>
 * </table>
 *
 * <p>All are little-endian, chunked by rows and unlimited in N. The group's attribute {@code
 * imagestore} is one line of JSON: {@code
 * {"format":"imagestore-hdf5","version":1,"labelNames":["cat","dog"]}}. A store that never held an
 * image has the attribute and no datasets, for its first image decides the shape. An attribute
 * {@code unsettled} says that the file was never flushed, and needs its journal. In Python:
 *
 * <pre>{@code
 * import h5py, json
 * with h5py.File("train.h5") as f:
 *     images, labels, ids = f["images"], f["labels"][:], f["ids"][:]   # images[i] has ids[i], labels[i]
 *     names = json.loads(f.attrs["imagestore"])["labelNames"]
 *     batch = images[100:200]                                          # NHWC
 * }</pre>
 *
 * <p>h5py may append too, while no {@link io.imagestore.hdf5.Hdf5ImageStore} has the file open for
 * writing: {@code resize} all five datasets and write their new rows. Where only some were
 * extended, opening says which. Datasets and attributes that others add stay.
 *
 * <p>HDF5 files of another making can be read, see {@link io.imagestore.hdf5.Hdf5Options}.
 */
@NullMarked
package io.imagestore.hdf5;

import org.jspecify.annotations.NullMarked;
