/** Training of what makes vectors smaller. */
@NullMarked
package io.akidb.diskann.quantization;

import org.jspecify.annotations.NullMarked;
