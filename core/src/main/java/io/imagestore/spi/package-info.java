/**
 * For those who write a backend: implement {@link io.imagestore.spi.ImageStoreProvider}, {@link
 * io.imagestore.spi.StoreReader} with its {@link io.imagestore.spi.Snapshot}, and {@link
 * io.imagestore.spi.StoreWriter}; let {@link io.imagestore.spi.Stores} make the store of them; and
 * run the testkit against it. A backend that reaches its files through {@link
 * io.imagestore.spi.StoreFiles} can be tested on a disk that fails on demand.
 */
@NullMarked
package io.imagestore.spi;

import org.jspecify.annotations.NullMarked;
