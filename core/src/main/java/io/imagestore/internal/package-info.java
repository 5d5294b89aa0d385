/** What the packages of this module share. Not API: anything here may change in any release. */
@NullMarked
package io.imagestore.internal;

import org.jspecify.annotations.NullMarked;
