/**
 * The node: one process that serves a bucket's tenants by REST. Holds no state that the bucket has
 * not.
 */
@NullMarked
package io.akidb.serving;

import org.jspecify.annotations.NullMarked;
