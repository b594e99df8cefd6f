/** The Vamana graph: how it is built, and how a mapped one is searched. */
@NullMarked
package io.akidb.diskann.graph;

import org.jspecify.annotations.NullMarked;
