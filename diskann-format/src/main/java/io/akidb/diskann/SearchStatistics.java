package io.akidb.diskann;

/**
 * What a search did.
 *
 * @param strategy {@code graph}, {@code filtered-graph}, {@code scan} or {@code filtered-scan}; a
 *     walk that found too little and gave way to a scan is a scan
 * @param hops nodes expanded; a walk that is repeated with a longer list counts again
 * @param quantizedDistances estimated from codes
 * @param fullDistances computed on full vectors
 * @param pages of 4 KiB of the section of nodes that were read, in memory or not: those of each
 *     record that was expanded, and of each that a scan compared, where records of one page that
 *     follow each other count once. Codes in a section of their own, ids and payloads are not in
 *     it, nor is what was asked for ahead or came with a block and was not expanded. 0 for an index
 *     in memory
 * @param reranks candidates that estimates had led to, and whose full vectors then decided; 0 for a
 *     scan alone, which estimates nothing
 */
public record SearchStatistics(
    String strategy, int hops, int quantizedDistances, int fullDistances, int pages, int reranks) {}
