/**
 * For those who write a backend: implement {@link io.imagestore.spi.ImageStoreProvider}, extend
 * {@link io.imagestore.spi.AbstractImageStore}, and run the testkit against it.
 */
@NullMarked
package io.imagestore.spi;

import org.jspecify.annotations.NullMarked;
