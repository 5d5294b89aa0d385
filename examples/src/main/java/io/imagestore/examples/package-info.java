/** The timing experiments and the quick start. */
@NullMarked
package io.imagestore.examples;

import org.jspecify.annotations.NullMarked;
