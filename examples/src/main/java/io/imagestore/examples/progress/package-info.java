/** Tells a person how far a long piece of work is: bars on a terminal, plain lines elsewhere. */
@NullMarked
package io.imagestore.examples.progress;

import org.jspecify.annotations.NullMarked;
