/** Points, curves and what is read off them, as table, JSON and plot. */
@NullMarked
package io.akidb.bench.measure;

import org.jspecify.annotations.NullMarked;
