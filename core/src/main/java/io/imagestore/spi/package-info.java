/**
 * For those who write a backend: implement {@link io.imagestore.spi.ImageStoreProvider}, {@link
 * io.imagestore.spi.StoreReader} with its {@link io.imagestore.spi.Snapshot}, and {@link
 * io.imagestore.spi.StoreWriter}; let {@link io.imagestore.spi.Stores} make the store of them; and
 * run the testkit against it.
 */
@NullMarked
package io.imagestore.spi;

import org.jspecify.annotations.NullMarked;
