/**
 * Reads Python pickles as data, never as a program.
 *
 * <p>A pickle is a program for a small stack machine that may name any callable and call it. {@link
 * io.imagestore.internal.pickle.PickleReader} runs only the part of that machine which builds plain
 * values and numpy arrays of numbers: it looks up nothing by reflection, calls nothing that the
 * file names, and bounds what a file can make it hold.
 *
 * <p>Why not {@code net.razorvine:pickle}: it takes as much memory as a length field asks for
 * before reading a byte, has no limit on memo, nesting or objects, finds {@code __setstate__} by
 * reflection, keeps its table of constructors in one mutable static map for the whole JVM, knows no
 * numpy, and turns a Python 2 byte string into a {@code String} char by char, which for the 30 MB
 * of a CIFAR batch costs more than all the rest. None of that can be turned off from outside.
 *
 * <p>The format is described by Python's {@code pickletools} module and by PEP 3154 (protocol 4)
 * and PEP 574 (protocol 5).
 */
@NullMarked
package io.imagestore.internal.pickle;

import org.jspecify.annotations.NullMarked;
