/**
 * Bytes in a bucket. {@link io.akidb.objectstore.ObjectStore} is the only durable state that AkiDB
 * has; this room knows keys, bytes and entity tags, and nothing of tenants, vectors or HTTP.
 */
@NullMarked
package io.akidb.objectstore;

import org.jspecify.annotations.NullMarked;
