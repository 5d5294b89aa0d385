/**
 * Reads the data sets CIFAR-10 and CIFAR-100, in their python and binary forms, fetches them, and
 * makes synthetic data of their shape.
 */
@NullMarked
package io.imagestore.cifar;

import org.jspecify.annotations.NullMarked;
