/** What was written since the last build: searched exactly, in memory of a bounded size. */
@NullMarked
package io.akidb.serving.fresh;

import org.jspecify.annotations.NullMarked;
