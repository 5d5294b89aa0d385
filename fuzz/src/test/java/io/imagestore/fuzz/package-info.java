/**
 * What a stranger may have written, changed by a fuzzer that looks for inputs which take new
 * branches. Each target reads one kind of it through the public API; {@link
 * io.imagestore.fuzz.FuzzTest} runs them.
 */
@NullMarked
package io.imagestore.fuzz;

import org.jspecify.annotations.NullMarked;
