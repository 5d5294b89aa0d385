/**
 * Stores images as files that any viewer opens, beside a label table that any spreadsheet opens:
 * see {@link io.imagestore.disk.DiskImageStore}.
 */
@NullMarked
package io.imagestore.disk;

import org.jspecify.annotations.NullMarked;
