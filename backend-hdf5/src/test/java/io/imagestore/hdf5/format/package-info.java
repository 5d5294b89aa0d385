/** Tests of the growing HDF5 files. */
@NullMarked
package io.imagestore.hdf5.format;

import org.jspecify.annotations.NullMarked;
