/**
 * Image stores in <a href="http://www.lmdb.tech/doc/">LMDB</a>, through lmdbjava. {@link
 * io.imagestore.lmdb.LmdbImageStore} is the place to begin.
 */
@NullMarked
package io.imagestore.lmdb;

import org.jspecify.annotations.NullMarked;
