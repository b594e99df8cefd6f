/**
 * The index: distance kernels, quantizers, the Vamana graph, the shard file and search over it.
 * Imports the JDK and RoaringBitmap only; the byte-level format is specified in {@code spec/}.
 */
@NullMarked
package io.akidb.diskann;

import org.jspecify.annotations.NullMarked;
