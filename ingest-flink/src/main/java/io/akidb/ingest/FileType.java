package io.akidb.ingest;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Kinds of files, by the ending of their names. */
enum FileType {
  JSON_LINES(".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz"),
  AVRO(".avro"),
  PARQUET(".parquet"),
  NPY(".npy", ".npy.gz"),
  FVECS(".fvecs", ".fvecs.gz"),
  BVECS(".bvecs", ".bvecs.gz"),
  IDX("idx2-ubyte", "idx2-ubyte.gz", "idx3-ubyte", "idx3-ubyte.gz", "idx4-ubyte", "idx4-ubyte.gz");

  /** What to tell a person. */
  static final String KNOWN =
      ".jsonl[.gz], .avro, .parquet, .npy[.gz], .fvecs[.gz], .bvecs[.gz] and idx3-ubyte[.gz]";

  @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable
  private final java.util.List<String> endings;

  FileType(String... endings) {
    this.endings = java.util.List.of(endings);
  }

  static @Nullable FileType of(String name) {
    for (FileType type : values()) {
      if (type.endings.stream().anyMatch(name::endsWith)) {
        return type;
      }
    }
    return null;
  }

  /** Whether rows are bare vectors, whose ids and payloads stand in a sidecar. */
  boolean isVectorsOnly() {
    return this == NPY || this == FVECS || this == BVECS || this == IDX;
  }

  /** The name without {@code .gz} and without its last ending; the names of idx files have none. */
  static String nameWithoutEnding(Path path) {
    String name = path.getFileName().toString();
    if (name.toLowerCase(Locale.ROOT).endsWith(".gz")) {
      name = name.substring(0, name.length() - 3);
    }
    int dot = name.lastIndexOf('.');
    return dot <= 0 ? name : name.substring(0, dot);
  }

  /** The name up to its first dot: a vector file and its sidecar share it. */
  static String stem(Path path) {
    String name = path.getFileName().toString();
    int dot = name.indexOf('.', 1);
    return dot < 0 ? name : name.substring(0, dot);
  }
}
