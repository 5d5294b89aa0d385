/**
 * A small, fast codec for the Portable Network Graphics format (PNG Specification, second edition,
 * ISO/IEC 15948). It knows PNG and nothing of stores. Not part of the API of this library: it may
 * change in any release.
 */
@NullMarked
package io.imagestore.internal.png;

import org.jspecify.annotations.NullMarked;
