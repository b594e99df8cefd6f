package io.akidb.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
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
    Set<Path> files = new LinkedHashSet<>();
    for (Path given : paths) {
      Path path = given.toAbsolutePath().normalize();
      if (Files.isDirectory(path)) {
        files.addAll(below(path));
      } else if (Files.isRegularFile(path)) {
        files.add(path);
      } else {
        throw new IngestUsageException("--file: there is no file " + given, null);
      }
    }
    if (sidecar != null) {
      checkSidecar(sidecar, files);
    }
    List<FileSplit> splits = new ArrayList<>();
    Set<String> sidecars = new HashSet<>();
    for (Path file : files) {
      FileType type = typeOf(file);
      if (type == null) {
        throw new IngestUsageException(
            "--file: " + file + " has no known ending; known are " + FileType.KNOWN, null);
      }
      Path beside = type.isVectorsOnly() ? sidecar == null ? sidecarOf(file) : sidecar : null;
      String besidePath = beside == null ? null : beside.toAbsolutePath().normalize().toString();
      if (besidePath != null) {
        sidecars.add(besidePath);
      }
      splits.add(new FileSplit(file.toString(), besidePath, 0, baseOrder));
    }
    // In a directory, a sidecar is no file of records of its own.
    splits.removeIf(split -> sidecars.contains(split.path()));
    if (splits.isEmpty()) {
      throw new IngestUsageException(
          "--file: nothing to read in " + paths + "; known endings are " + FileType.KNOWN, null);
    }
    return splits;
  }

  private static void checkSidecar(Path sidecar, Set<Path> files) {
    if (files.size() != 1) {
      throw new IngestUsageException("--sidecar goes with one --file only", null);
    }
    FileType type = typeOf(files.iterator().next());
    if (type != null && !type.isVectorsOnly()) {
      throw new IngestUsageException(
          "--sidecar goes with a file of bare vectors only: .npy, .fvecs, .bvecs or idx3-ubyte",
          null);
    }
    if (!Files.isRegularFile(sidecar)) {
      throw new IngestUsageException("--sidecar: there is no file " + sidecar, null);
    }
  }

  private static @Nullable FileType typeOf(Path file) {
    return FileType.of(file.getFileName().toString().toLowerCase(Locale.ROOT));
  }

  /**
   * Files of a known type, links to files among them. Links to directories are not followed, nor is
   * anything hidden read: what starts with a dot belongs to a program.
   */
  private static List<Path> below(Path directory) {
    try {
      Path root = directory.toRealPath();
      try (Stream<Path> files = Files.walk(root)) {
        List<Path> found =
            files
                .filter(path -> typeOf(path) != null && Files.isRegularFile(path))
                .filter(path -> !isHidden(root.relativize(path)))
                .limit(FILES_MAX + 1L)
                .sorted()
                .toList();
        if (found.size() > FILES_MAX) {
          throw new IngestUsageException(
              "--file: more than " + FILES_MAX + " files in " + directory + "; name them in parts",
              null);
        }
        return found;
      }
    } catch (IOException | UncheckedIOException e) {
      throw new IngestUsageException("--file: cannot list " + directory + ": " + e.getMessage(), e);
    }
  }

  private static boolean isHidden(Path relative) {
    for (Path name : relative) {
      if (name.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  /** By the file's whole name first: {@code a.train.npy} and {@code a.test.npy} may stand there. */
  private static @Nullable Path sidecarOf(Path file) {
    for (String stem : List.of(FileType.nameWithoutEnding(file), FileType.stem(file))) {
      for (String ending : List.of(".jsonl", ".jsonl.gz")) {
        Path sidecar = file.resolveSibling(stem + ending);
        if (Files.isRegularFile(sidecar)) {
          return sidecar;
        }
      }
    }
    return null;
  }
}
