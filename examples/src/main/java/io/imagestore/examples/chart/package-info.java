/**
 * Small line and bar charts, drawn once by a model and rendered twice: as SVG text and as a PNG
 * through Java2D. Nothing here knows of images or stores.
 */
@NullMarked
package io.imagestore.examples.chart;

import org.jspecify.annotations.NullMarked;
