/** What makes vectors smaller: quantizers behind one interface, and neighbours' binary codes. */
@NullMarked
package io.akidb.diskann.quantization;

import org.jspecify.annotations.NullMarked;
