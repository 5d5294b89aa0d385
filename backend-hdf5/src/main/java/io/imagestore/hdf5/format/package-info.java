/**
 * Growing HDF5 files: tables of equally long, chunked datasets that rows are appended to, replaced
 * in and taken from, and blobs of bytes beside them that rows refer to, each change whole or not at
 * all, at a cost that follows the change and not the file.
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
 *   <li><b>Raw data</b> is not overwritten before a checkpoint. Rows are appended into the free end
 *       of the last chunk, or into chunks put into free space. A row that is replaced is written
 *       elsewhere, and the next checkpoint brings it home, into its chunk; until then, programs
 *       that don't know the journal see the old one. Where that is much of a chunk, or the chunk is
 *       filtered, the chunk is written anew elsewhere instead, and the old one becomes free space
 *       at the next checkpoint. Of a filtered chunk that is damaged, what can be decoded is
 *       written, and what can't isn't what its rows' checksums tell. Bytes are put into the free
 *       end of a blob, or into a gap in it: a stretch that no state since the last checkpoint
 *       refers to, though it may lie in a chunk that one does.
 *   <li><b>Metadata</b>, some hundred bytes a commit, is changed in place, but only after the
 *       change is in a {@linkplain io.imagestore.hdf5.format.Journal journal} beside the file,
 *       which also holds what was there before.
 * </ul>
 *
 * <p>A commit writes its raw data, then one journal record with the new metadata, a CRC-32C of each
 * stretch of raw data, and what of that belongs elsewhere, then the metadata. A <em>checkpoint</em>
 * waits until the file is on the device, and begins the journal anew. After a crash, the metadata
 * is set back to the checkpoint's, and the commits are done again one after the other, as far as
 * their records and their raw data turn out to be whole; but what was waited for, or was written
 * since the system was started, can't have been lost with the power: that it doesn't fit is damage,
 * and takes no commit back. So it needs no order among the writes between two checkpoints, and no
 * waiting for the device. A new file has nothing to lose before its first checkpoint, so nothing
 * waits until then; it is marked as <em>unsettled</em>, and refused if its journal didn't reach the
 * device. {@code TableWriter} has the states, the steps, and what survives each.
 *
 * <h2>How others read meanwhile</h2>
 *
 * <p>Readers take no lock. What a state refers to is overwritten only after a checkpoint, and only
 * after the writer has announced it: to its own process by a stamp, to others by a counter behind
 * the superblock. A reader in another process
 *
 * <ol>
 *   <li>notes the counter;
 *   <li>reads the journal, and through it the metadata, as it is after the last commit there;
 *   <li>reads the journal and the counter again: if the counter is another, or the journal more
 *       than continued, what was read may be half old, half new, and it starts anew;
 *   <li>reads rows, of that state, and looks at the counter after each reading: if it is another,
 *       neither what was read nor what seemed damaged counts, and it starts anew.
 * </ol>
 *
 * <p>The state of the moment of an announcement refers to nothing that is then overwritten. So a
 * counter that is the same before and after means that all in between is of one state that a commit
 * made. {@code ReuseCounter} and {@code ReuseGuard} have the details.
 */
@NullMarked
package io.imagestore.hdf5.format;

import org.jspecify.annotations.NullMarked;
