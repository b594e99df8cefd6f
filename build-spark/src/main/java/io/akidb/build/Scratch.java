package io.akidb.build;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.SparkFiles;

/**
 * Temporary files of a task, below Spark's own local directory, which is where an operator gave the
 * job room and which Spark deletes when the executor ends.
 */
final class Scratch {
  private Scratch() {}

  /** An empty file. The caller deletes it. */
  static Path file(String prefix, String suffix) throws IOException {
    return Files.createTempFile(root(), prefix, suffix);
  }

  /** An empty folder. The caller deletes it. */
  static Path folder(String prefix) throws IOException {
    return Files.createTempDirectory(root(), prefix);
  }

  private static Path root() throws IOException {
    return Files.createDirectories(Path.of(SparkFiles.getRootDirectory()));
  }

  /** Deletes a file, or a folder and all in it. A missing one is no error. */
  static void delete(Path path) {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> below = Files.walk(path)) {
      List<Path> deepestFirst = below.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
