/** JPEG by the JDK's own decoder. */
@NullMarked
package io.imagestore.internal.jpeg;

import org.jspecify.annotations.NullMarked;
