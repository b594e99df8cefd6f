/**
 * The arithmetic that everything spends its time in, by SIMD and by plain loops, and how numbers
 * lie in memory.
 */
@NullMarked
package io.akidb.diskann.kernel;

import org.jspecify.annotations.NullMarked;
