/** A build's shards on the local disk: a cache of bounded bytes, verified by checksum. */
@NullMarked
package io.akidb.serving.shard;

import org.jspecify.annotations.NullMarked;
