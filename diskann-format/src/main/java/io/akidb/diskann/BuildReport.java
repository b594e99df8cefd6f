package io.akidb.diskann;

/**
 * What a build made.
 *
 * @param vectors in the file
 * @param bytes of the file
 * @param crc32c of the whole file
 * @param averageDegree neighbours of a node, on average; 0 where there is no graph
 */
public record BuildReport(int vectors, long bytes, int crc32c, double averageDegree) {}
