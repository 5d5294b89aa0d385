/** A store in one HDF5 file, for images of one shape, which h5py opens as it is. */
@NullMarked
package io.imagestore.hdf5;

import org.jspecify.annotations.NullMarked;
