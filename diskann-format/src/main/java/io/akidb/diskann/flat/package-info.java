/** Exact search over a shard without a graph. */
@NullMarked
package io.akidb.diskann.flat;

import org.jspecify.annotations.NullMarked;
