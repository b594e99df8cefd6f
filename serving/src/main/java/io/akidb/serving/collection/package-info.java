/** Collections that are open on this node, and how they follow the manifest in the bucket. */
@NullMarked
package io.akidb.serving.collection;

import org.jspecify.annotations.NullMarked;
