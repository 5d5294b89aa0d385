/**
 * Trains a small network from a store, in such a way that a run which is killed goes on with the
 * very next image.
 */
@NullMarked
package io.imagestore.examples.training;

import org.jspecify.annotations.NullMarked;
