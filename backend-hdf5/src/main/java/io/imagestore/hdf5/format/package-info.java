/**
 * Growing HDF5 files: tables of equally long, chunked datasets that rows are appended to, replaced
 * in and taken from, each change whole or not at all, at a cost that follows the change and not the
 * file.
 *
 * <p>{@link io.imagestore.hdf5.format.Hdf5Table} is the way in; {@link
 * io.imagestore.hdf5.format.ContiguousDataset} makes files that stay as they are. The package knows
 * HDF5 and nothing of what the rows mean; it needs no library. What it writes is what the reference
 * library writes with its latest format: a superblock of version 3, object headers of version 2,
 * and data layouts of version 4 whose chunks are indexed by an extensible array. Sections cited are
 * those of the <em>HDF5 File Format Specification, Version 3.0</em>.
 *
 * <h2>How a change becomes atomic</h2>
 *
 * <p>HDF5 itself promises nothing after a crash. Here, bytes that the last durable state refers to
 * are of two kinds:
 *
 * <ul>
 *   <li><b>Raw data</b> is never overwritten. Rows are appended into the free end of the last
 *       chunk, or into chunks put into free space; a chunk in which a row is replaced is written
 *       anew elsewhere, and the old one becomes free space at the next checkpoint.
 *   <li><b>Metadata</b>, some hundred bytes a commit, is changed in place, but only after the
 *       change is in a {@linkplain io.imagestore.hdf5.format.Journal journal} beside the file,
 *       which also holds what was there before.
 * </ul>
 *
 * <p>A commit writes its raw data, then one journal record with the new metadata and a CRC-32C of
 * each stretch of raw data, then the metadata. A <em>checkpoint</em> waits until the file is on the
 * device, and begins the journal anew. After a crash, the metadata is set back to the checkpoint's,
 * and the commits are done again one after the other, as far as their records and their raw data
 * turn out to be whole. So it needs no order among the writes between two checkpoints, and no
 * waiting for the device. A new file has nothing to lose before its first checkpoint, so nothing
 * waits until then; it is marked as <em>unsettled</em>, and refused if its journal didn't reach the
 * device.
 */
@NullMarked
package io.imagestore.hdf5.format;

import org.jspecify.annotations.NullMarked;
