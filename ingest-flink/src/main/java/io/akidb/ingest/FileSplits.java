package io.akidb.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the files to read, and the sidecars of those that hold bare vectors. */
final class FileSplits {
  private static final int FILES_MAX = 100_000;

  private FileSplits() {}

  /**
   * The files of the given paths: themselves, or all of a known type below a directory, in the
   * order of their names.
   *
   * @param sidecar of the only vector file, or null to look for {@code STEM.jsonl[.gz]} beside each
   * @param baseOrder order of each file's first row
   */
  static List<FileSplit> find(List<Path> paths, @Nullable Path sidecar, long baseOrder) {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        files.addAll(below(path));
      } else if (Files.isRegularFile(path)) {
        files.add(path);
      } else {
        throw new IngestUsageException("--file: there is no file " + path, null);
      }
    }
    boolean isOneFile = files.size() == 1;
    if (sidecar != null && !isOneFile) {
      throw new IngestUsageException("--sidecar goes with one --file only", null);
    }
    List<FileSplit> splits = new ArrayList<>();
    List<Path> sidecars = new ArrayList<>();
    for (Path file : files) {
      FileType type = FileType.of(file.getFileName().toString().toLowerCase(Locale.ROOT));
      if (type == null) {
        throw new IngestUsageException(
            "--file: " + file + " has no known ending; known are " + FileType.KNOWN, null);
      }
      Path beside = type.isVectorsOnly() ? sidecar == null ? sidecarOf(file) : sidecar : null;
      if (beside != null) {
        sidecars.add(beside.toAbsolutePath());
      }
      splits.add(
          new FileSplit(
              file.toAbsolutePath().toString(),
              beside == null ? null : beside.toAbsolutePath().toString(),
              0,
              baseOrder));
    }
    // In a directory, a sidecar is no file of records of its own.
    splits.removeIf(split -> sidecars.contains(Path.of(split.path())));
    if (splits.isEmpty()) {
      throw new IngestUsageException(
          "--file: nothing to read in " + paths + "; known endings are " + FileType.KNOWN, null);
    }
    return splits;
  }

  private static List<Path> below(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> found =
          files
              .filter(Files::isRegularFile)
              .filter(path -> !path.getFileName().toString().startsWith("."))
              .filter(
                  path ->
                      FileType.of(path.getFileName().toString().toLowerCase(Locale.ROOT)) != null)
              .sorted()
              .limit(FILES_MAX + 1L)
              .toList();
      if (found.size() > FILES_MAX) {
        throw new IngestUsageException(
            "--file: more than " + FILES_MAX + " files in " + directory + "; name them in parts",
            null);
      }
      return found;
    } catch (IOException e) {
      throw new IngestUsageException("--file: cannot list " + directory, e);
    }
  }

  private static @Nullable Path sidecarOf(Path file) {
    for (String ending : List.of(".jsonl", ".jsonl.gz")) {
      Path sidecar = file.resolveSibling(FileType.stem(file) + ending);
      if (Files.isRegularFile(sidecar)) {
        return sidecar;
      }
    }
    return null;
  }
}
