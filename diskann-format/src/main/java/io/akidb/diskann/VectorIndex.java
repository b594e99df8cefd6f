package io.akidb.diskann;

import org.jspecify.annotations.Nullable;

/**
 * A mapped shard file. Safe for any number of reading threads; closing it while one reads is the
 * caller's error. Opening checks what costs little, so that any question may throw {@link
 * CorruptShardException} of a file that was not verified; an {@link IndexOutOfBoundsException} is
 * of a node that the caller made up.
 */
public interface VectorIndex extends AutoCloseable {
  /** What its vectors have in common. */
  IndexSchema schema();

  /** How many vectors. Node ids run from 0 to it. */
  int size();

  /** As {@link IndexProvider#type}. */
  String type();

  /** What list size a wanted recall takes. */
  default RecallCalibration calibration() {
    return RecallCalibration.TYPICAL;
  }

  /**
   * How to search for a wanted recall: by the list size that {@link #calibration} tells.
   *
   * @param k how many are asked for, 1 to {@value SearchParameters#K_MAX}
   * @param recall the share of the true k nearest that is wanted, 0 to 1
   * @throws IllegalArgumentException if one of them is out of bounds
   */
  default SearchParameters parameters(int k, double recall) {
    SearchParameters usual = SearchParameters.defaults(k);
    return usual.withSearchListSize(calibration().listSize(k, recall));
  }

  /** Length of the file. */
  long fileBytes();

  /**
   * The vectors nearest to the query. Answers {@code k} of them wherever {@code k} are accepted,
   * and none that the filter refuses.
   *
   * @param query {@code [dimension]}, finite
   * @param filter which nodes may be answered; null for all
   * @throws InvalidVectorException if the query cannot be one
   */
  default SearchResult search(
      float[] query, SearchParameters parameters, @Nullable NodeFilter filter) {
    SearchBuffer found = new SearchBuffer();
    search(query, parameters, filter, found);
    return found.intoResult();
  }

  /**
   * As {@link #search(float[], SearchParameters, NodeFilter)}, with the answer in a buffer that is
   * the caller's: with one that was used before for as many nodes, in an index that was searched
   * before in as many threads with lists as long, and with a filter that was used before, nothing
   * is allocated.
   *
   * @param into holds the answer from then on
   */
  void search(
      float[] query, SearchParameters parameters, @Nullable NodeFilter filter, SearchBuffer into);

  /** The user's id of a node. */
  String vectorId(int nodeId);

  /** The place of a node in the order of events. */
  long order(int nodeId);

  /** Copies a node's vector, bit for bit as it was added, into {@code into[dimension]}. */
  void vector(int nodeId, float[] into);

  /** A copy of a node's payload. */
  byte[] payload(int nodeId);

  /** The node of a user's id, or -1. */
  int nodeId(String vectorId);

  /** The declared attributes' indexes. */
  AttributeIndex attributes();

  /**
   * Checks every checksum of the file.
   *
   * @throws CorruptShardException if one does not hold
   */
  void verify();

  /** Unmaps the file. */
  @Override
  void close();
}
