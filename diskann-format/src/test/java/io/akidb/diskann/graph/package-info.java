/** The approximate provider against the contracts, and what is its own. */
@NullMarked
package io.akidb.diskann.graph;

import org.jspecify.annotations.NullMarked;
