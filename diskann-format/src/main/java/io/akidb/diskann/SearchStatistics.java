package io.akidb.diskann;

/**
 * What a search did.
 *
 * @param strategy {@code graph}, {@code filtered-graph}, {@code scan} or {@code filtered-scan}
 * @param hops nodes expanded
 * @param quantizedDistances estimated from codes
 * @param fullDistances computed on full vectors
 */
public record SearchStatistics(
    String strategy, int hops, int quantizedDistances, int fullDistances) {}
