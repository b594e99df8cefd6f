/**
 * JMH benchmarks of what stands between a caller and the data: who it is, whether it may, how
 * often.
 */
@NullMarked
package io.akidb.bench.access;

import org.jspecify.annotations.NullMarked;
