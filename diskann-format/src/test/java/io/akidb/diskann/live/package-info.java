/** Tests of the live index. */
@NullMarked
package io.akidb.diskann.live;

import org.jspecify.annotations.NullMarked;
