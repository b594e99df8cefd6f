package io.akidb.serving.fresh;

/**
 * A row found by a scan.
 *
 * @param row the row
 * @param distance less is nearer, see {@link io.akidb.diskann.DistanceMetric}
 */
public record FreshHit(FreshRow row, float distance) {}
