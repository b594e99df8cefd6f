/** JMH benchmarks of the arithmetic that a search spends its time in. */
@NullMarked
package io.akidb.bench.kernel;

import org.jspecify.annotations.NullMarked;
