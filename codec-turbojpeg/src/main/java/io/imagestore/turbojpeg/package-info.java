/**
 * JPEG decoded by the system's <a href="https://libjpeg-turbo.org">libjpeg-turbo</a>, about twice
 * as fast as by the JDK, and with the pixels that Pillow gives. On the class path, it is used by
 * itself wherever the library is found; there is nothing to call.
 *
 * <p>The library comes with Debian's and Ubuntu's {@code libturbojpeg0}, Fedora's {@code
 * turbojpeg}, Homebrew's {@code jpeg-turbo}, and for Windows with its own installer. Where it lies
 * elsewhere, {@code -Dimagestore.turbojpeg.library=PATH} names it; naming a file that isn't there
 * turns this codec off. From version 3.0 of the library on, a part of an image is decoded without
 * decoding the rest to pixels.
 *
 * <p>No flag to the JVM is needed. The bridge to native code (jffi) unpacks a small library of its
 * own into {@code java.io.tmpdir}; where that is mounted noexec, name another folder with {@code
 * -Djffi.extract.dir=FOLDER}. Where anything is missing, one line of the log says so, and the JDK
 * goes on decoding.
 */
@NullMarked
package io.imagestore.turbojpeg;

import org.jspecify.annotations.NullMarked;
