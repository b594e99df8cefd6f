package io.akidb.ingest;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Kinds of files, by the ending of their names. */
enum FileType {
  JSON_LINES(".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz"),
  AVRO(".avro"),
  PARQUET(".parquet"),
  NPY(".npy"),
  FVECS(".fvecs"),
  BVECS(".bvecs");

  /** What to tell a person. */
  static final String KNOWN = ".jsonl[.gz], .avro, .parquet, .npy, .fvecs and .bvecs";

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
    return this == NPY || this == FVECS || this == BVECS;
  }

  /** The name up to its first dot: a vector file and its sidecar share it. */
  static String stem(Path path) {
    String name = path.getFileName().toString();
    int dot = name.indexOf('.', 1);
    return dot < 0 ? name : name.substring(0, dot);
  }
}
