/** The exact provider against the contracts, and what is its own. */
@NullMarked
package io.akidb.diskann.flat;

import org.jspecify.annotations.NullMarked;
