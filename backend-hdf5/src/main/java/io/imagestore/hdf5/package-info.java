/** Images in one HDF5 file. */
@NullMarked
package io.imagestore.hdf5;

import org.jspecify.annotations.NullMarked;
