package io.akidb.catalog;

import org.jspecify.annotations.Nullable;

/**
 * The index as the head lists it.
 *
 * @param generation that published it
 * @param descriptor of {@code index.avro}
 * @param tombstones what {@code tombstones.avro} holds, or null if it has none
 */
record PublishedIndex(
    IndexRef ref, long generation, ObjectCheck descriptor, @Nullable StagedSegment tombstones) {}
