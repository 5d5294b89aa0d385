/** Readers of the CIFAR-10 and CIFAR-100 data sets, in their python and binary forms. */
@NullMarked
package io.imagestore.cifar;

import org.jspecify.annotations.NullMarked;
