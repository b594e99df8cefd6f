/** Real vectors for tests: where they lie, and the formats that they come in. */
@NullMarked
package io.akidb.diskann.data;

import org.jspecify.annotations.NullMarked;
