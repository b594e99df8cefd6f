package io.akidb.diskann;

import java.util.Map;

/**
 * A vector to be indexed. Arrays are read, not kept, unless said otherwise.
 *
 * @param vectorId the user's id
 * @param order its place in the order of events; opaque to the index
 * @param vector {@code [dimension]}, finite
 * @param payload opaque bytes, returned as they are
 * @param attributes values of declared attributes; a missing one is no value
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record IndexRecord(
    String vectorId,
    long order,
    float[] vector,
    byte[] payload,
    Map<String, AttributeValue> attributes) {}
