package io.akidb.diskann;

import java.nio.file.Path;

/**
 * Takes vectors and writes one shard file. For one thread; builds with as many as its parameters
 * say. A disk that is full or fails is a {@link java.io.UncheckedIOException}, after which the
 * builder can only be closed.
 */
public interface IndexBuilder extends AutoCloseable {
  /**
   * Takes a record whole, or not at all; spills it to the work directory, so that memory stays
   * bounded.
   *
   * @throws InvalidVectorException if its dimension is another, a component is not finite, (cosine)
   *     it has no length that a float can hold, or its id is longer than 4,096 bytes or has no
   *     UTF-8 form
   * @throws IllegalArgumentException if an attribute is not declared, its value is of another type
   *     than declared, NaN, or a text without a UTF-8 form
   */
  void add(IndexRecord item);

  /** How many were taken. */
  int size();

  /**
   * Writes the shard file: complete and durable under its name, or not at all. Can be interrupted,
   * which throws {@link java.util.concurrent.CancellationException}. To be called once.
   *
   * @param output the file to write or replace
   * @throws IllegalArgumentException before anything is written, if {@code buildMemoryBytesMax} is
   *     less than {@link BuildMemory#bytesMin} of what was added
   */
  BuildReport build(Path output, BuildProgress progress);

  /** Deletes the spilled files. */
  @Override
  void close();
}
