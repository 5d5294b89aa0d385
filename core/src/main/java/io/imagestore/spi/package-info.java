/**
 * For those who write a backend: implement {@link io.imagestore.spi.ImageStoreProvider}, extend
 * {@link io.imagestore.spi.AbstractImageStore}, and run the testkit against it. A backend that
 * reaches its files through {@link io.imagestore.spi.StoreFiles} can be tested on a disk that fails
 * on demand.
 */
@NullMarked
package io.imagestore.spi;

import org.jspecify.annotations.NullMarked;
