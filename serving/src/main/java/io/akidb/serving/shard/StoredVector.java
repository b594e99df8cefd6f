package io.akidb.serving.shard;

/**
 * A vector out of an index.
 *
 * @param id the user's
 * @param order of the version
 * @param vector {@code [dimension]}
 * @param payload JSON in UTF-8; empty for none
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record StoredVector(String id, long order, float[] vector, byte[] payload) {}
