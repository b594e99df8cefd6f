/** Tests of the index as its users see it: by the provider's interface, on real vectors. */
@NullMarked
package io.akidb.diskann;

import org.jspecify.annotations.NullMarked;
