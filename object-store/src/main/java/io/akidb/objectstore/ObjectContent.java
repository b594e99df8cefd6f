package io.akidb.objectstore;

/**
 * An object read whole. The array belongs to the caller.
 *
 * @param metadata of exactly the version that {@code bytes} holds
 * @param bytes the content
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record ObjectContent(ObjectMetadata metadata, byte[] bytes) {}
