/** What training of centroids promises. */
@NullMarked
package io.akidb.diskann.quantization;

import org.jspecify.annotations.NullMarked;
