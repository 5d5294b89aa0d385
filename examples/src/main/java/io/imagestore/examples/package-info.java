/**
 * The command line program: {@code timings} runs the timing experiments, {@code quickstart} the
 * README's example.
 */
@NullMarked
package io.imagestore.examples;

import org.jspecify.annotations.NullMarked;
