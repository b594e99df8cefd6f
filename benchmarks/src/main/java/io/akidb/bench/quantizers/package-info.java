/** Quantizers compared by what their estimates alone can do: memory against recall. */
@NullMarked
package io.akidb.bench.quantizers;

import org.jspecify.annotations.NullMarked;
