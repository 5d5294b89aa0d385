/**
 * Feeding a training run from a store: the order in which images come, how ranks share them, how a
 * run resumes, and how an image is cropped, resized and augmented on its way.
 *
 * <p>Everything random here is a pure function: the order of (seed, epoch, position), an
 * augmentation of the same three. Nothing depends on threads, on what was prefetched, or on what
 * was asked before, so that a run resumes from a few numbers. The functions are made of 64-bit
 * integers alone and are told in full in {@link io.imagestore.loader.Permutation} and {@link
 * io.imagestore.loader.SampleRandom}; {@code python/imagestore_order.py} is the same in Python.
 */
@NullMarked
package io.imagestore.loader;

import org.jspecify.annotations.NullMarked;
