/** Tests of the HDF5 backend. */
@NullMarked
package io.imagestore.hdf5;

import org.jspecify.annotations.NullMarked;
