/**
 * The timing experiments: how long each backend takes to store and to read 1, 10, 100 … images, how
 * much room they take, and how reading scales with threads.
 */
@NullMarked
package io.imagestore.examples.timings;

import org.jspecify.annotations.NullMarked;
