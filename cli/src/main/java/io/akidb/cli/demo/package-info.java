/** The demonstration: the whole way of a vector, on real embeddings, with figures. */
@NullMarked
package io.akidb.cli.demo;

import org.jspecify.annotations.NullMarked;
