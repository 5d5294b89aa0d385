/**
 * Storing and reading large numbers of images for machine learning.
 *
 * <p>{@link io.imagestore.ImageStores} opens an {@link io.imagestore.ImageSource} to read, or an
 * {@link io.imagestore.ImageStore} to write as well; which format lies beneath is decided by the
 * backend artifact on the class path. An {@link io.imagestore.Image} is raw pixels, rows first,
 * channels interleaved (HWC), or a PNG or JPEG file kept byte for byte.
 */
@NullMarked
package io.imagestore;

import org.jspecify.annotations.NullMarked;
