package io.akidb.diskann;

import java.nio.file.Path;

/**
 * Takes vectors and writes one shard file. For one thread; builds with as many as its parameters
 * say.
 */
public interface IndexBuilder extends AutoCloseable {
  /**
   * Takes a vector; spills it to the work directory, so that memory stays bounded.
   *
   * @throws InvalidVectorException if its dimension is another, a component is not finite, or
   *     (cosine) all are zero
   */
  void add(IndexRecord item);

  /** How many were taken. */
  int size();

  /**
   * Writes the shard file: complete and durable under its name, or not at all. Can be interrupted,
   * which throws {@link java.util.concurrent.CancellationException}. To be called once.
   *
   * @param output the file to write or replace
   */
  BuildReport build(Path output, BuildProgress progress);

  /** Deletes the spilled files. */
  @Override
  void close();
}
