/** The libraries that are compared, each as it is best used by what it says of itself. */
@NullMarked
package io.akidb.bench.engine;

import org.jspecify.annotations.NullMarked;
