package io.akidb.diskann.live;

import io.akidb.diskann.AttributeValue;
import java.util.Map;

/**
 * What a live index keeps of a vector beside its components.
 *
 * @param vectorId the user's id
 * @param order its place in the order of events
 * @param payload opaque bytes; not to be changed
 * @param attributes values of declared attributes
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record LiveRecord(
    String vectorId, long order, byte[] payload, Map<String, AttributeValue> attributes) {}
