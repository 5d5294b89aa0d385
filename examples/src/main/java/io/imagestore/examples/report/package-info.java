/** Writes down what came out of the timing experiments: table, JSON, charts and a page to read. */
@NullMarked
package io.imagestore.examples.report;

import org.jspecify.annotations.NullMarked;
