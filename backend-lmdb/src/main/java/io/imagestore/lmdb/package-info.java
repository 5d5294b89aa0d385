/** A store in an LMDB environment: memory-mapped, for fast reads of single images. */
@NullMarked
package io.imagestore.lmdb;

import org.jspecify.annotations.NullMarked;
