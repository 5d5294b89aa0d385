/**
 * What JPEG codecs have in common, whichever library decodes: extend {@link
 * io.imagestore.codec.jpeg.JpegCodec}, and leave to it which files are taken, what their headers
 * tell, and which are refused.
 */
@NullMarked
package io.imagestore.codec.jpeg;

import org.jspecify.annotations.NullMarked;
