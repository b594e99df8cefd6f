package io.akidb.catalog;

import java.io.Serializable;
import java.time.Instant;
import java.util.UUID;

/**
 * A published index, as the manifest lists it.
 *
 * @param buildId below which its objects lie
 * @param type what was built
 * @param readGeneration the generation that the build read
 * @param absorbedThrough the greatest sequence among the segments it absorbed, -1 for none; it
 *     absorbed all up to this one
 * @param shards how many
 * @param rows live vectors in it, each id once
 * @param tombstones rows of its {@code tombstones.avro}
 * @param bytes of its shards
 * @param maxOrder the greatest order of a record it absorbed
 * @param builtAt when it was finished
 */
public record IndexRef(
    UUID buildId,
    IndexType type,
    long readGeneration,
    long absorbedThrough,
    int shards,
    long rows,
    long tombstones,
    long bytes,
    long maxOrder,
    Instant builtAt)
    implements Serializable {}
