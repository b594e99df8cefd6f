/** Starts the bulk build as a process of its own; the node never builds inside its own heap. */
@NullMarked
package io.akidb.serving.build;

import org.jspecify.annotations.NullMarked;
