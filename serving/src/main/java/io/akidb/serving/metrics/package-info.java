/** What the node counts and measures, in a bounded number of series. */
@NullMarked
package io.akidb.serving.metrics;

import org.jspecify.annotations.NullMarked;
