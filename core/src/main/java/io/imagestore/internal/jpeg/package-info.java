/**
 * JPEG: what its markers tell, and its decoding by the JDK. Shared by the codecs of ImageStore's
 * own modules; not for applications.
 */
@NullMarked
package io.imagestore.internal.jpeg;

import org.jspecify.annotations.NullMarked;
