/** A store of PNG files that a person can look at, beside an append-only label table. */
@NullMarked
package io.imagestore.disk;

import org.jspecify.annotations.NullMarked;
