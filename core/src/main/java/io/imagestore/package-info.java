/**
 * Storing and reading large numbers of images for machine learning.
 *
 * <p>{@link io.imagestore.ImageStores} opens an {@link io.imagestore.ImageStore}; which format lies
 * beneath is decided by the backend artifact on the class path. Images are unsigned 8-bit, rows
 * first, channels interleaved (HWC).
 */
@NullMarked
package io.imagestore;

import org.jspecify.annotations.NullMarked;
