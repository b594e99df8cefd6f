package io.akidb.objectstore;

import java.time.Instant;

/**
 * What a store knows of an object besides its bytes.
 *
 * @param key the object's key
 * @param size in bytes
 * @param etag opaque; changes whenever the content does
 * @param modifiedAt when it was last written, by the store's clock, no finer than the store keeps
 *     it
 */
public record ObjectMetadata(String key, long size, String etag, Instant modifiedAt) {}
