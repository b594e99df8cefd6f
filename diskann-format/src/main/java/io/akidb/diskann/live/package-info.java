/**
 * The live index: a Vamana graph in memory that takes inserts and deletes while it is searched
 * (FreshDiskANN: Singh et al., A Fast and Accurate Graph-Based ANN Index for Streaming Similarity
 * Search, 2021).
 */
@NullMarked
package io.akidb.diskann.live;

import org.jspecify.annotations.NullMarked;
