/**
 * For those who write a backend: implement {@link io.imagestore.spi.ImageStoreProvider}, {@link
 * io.imagestore.spi.StoreReader} with its {@link io.imagestore.spi.Snapshot}, and {@link
 * io.imagestore.spi.StoreWriter}; let {@link io.imagestore.spi.Stores} make the store of them; and
 * run the testkit against it. A backend that reaches its files through {@link
 * io.imagestore.spi.StoreFiles} can be tested on a disk that fails on demand.
 *
 * <p>The rest is what the project's own backends are made of. A backend needs none of it, but what
 * is hard to get right needn't be written twice:
 *
 * <ul>
 *   <li>files: {@link io.imagestore.spi.StoreLock} keeps a store to one writer, {@link
 *       io.imagestore.spi.StoreHeader} says which format and version it is, {@link
 *       io.imagestore.spi.Staging} makes an export all or nothing, {@link
 *       io.imagestore.spi.DamagedFolder} takes what a repair lays aside, and {@link
 *       io.imagestore.spi.IoFailure} makes the exception of an {@link java.io.IOException};
 *   <li>images: {@link io.imagestore.spi.Checksums}, {@link io.imagestore.spi.Pixels} and {@link
 *       io.imagestore.spi.Batches};
 *   <li>an index in memory that readers see whole while a writer changes it: {@link
 *       io.imagestore.spi.PersistentLongMap};
 *   <li>memory outside of the heap that is given back at once: {@link io.imagestore.spi.Mappings}
 *       of files, {@link io.imagestore.spi.DirectMemory}, and a {@link io.imagestore.spi.Pool} of
 *       what is dear to make.
 * </ul>
 */
@NullMarked
package io.imagestore.spi;

import org.jspecify.annotations.NullMarked;
