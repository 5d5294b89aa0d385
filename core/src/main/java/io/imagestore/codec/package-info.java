/**
 * Encoded images: which formats are known, what a file tells of itself, and how its pixels are
 * decoded. Applications seldom need it, for {@link io.imagestore.Image} and the stores decode by
 * themselves; those who bring another format implement {@link io.imagestore.codec.ImageCodec}.
 */
@NullMarked
package io.imagestore.codec;

import org.jspecify.annotations.NullMarked;
