/**
 * Image sources as data sets of <a href="https://djl.ai">Deep Java Library</a>.
 *
 * <p>Any engine of the library will do. It is the application's to add, with its native libraries
 * if nothing is to be fetched at run time; with {@code -Dai.djl.offline=true} the library fetches
 * nothing, and reports nothing either.
 */
@NullMarked
package io.imagestore.djl;

import org.jspecify.annotations.NullMarked;
