/** SIMD against plain loops against sums in double precision. */
@NullMarked
package io.akidb.diskann.kernel;

import org.jspecify.annotations.NullMarked;
