package io.akidb.serving.ingest;

import io.akidb.catalog.Manifest;
import io.akidb.catalog.VectorRecord;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Rows that one caller waits for, and how it is told what became of them. Thread-safe. */
final class Write {
  private static final int ROW_OVERHEAD_BYTES = 100;
  private static final String UNKNOWN_DETAIL =
      "nobody can tell whether the write was made; repeat it: the same rows written twice are"
          + " the same as written once";

  /**
   * What a caller is told where nobody knows. This and {@link #NOT_MADE} are there before they are
   * needed, and the caller itself makes the exception: to tell it takes no memory where there is
   * none.
   */
  static final Supplier<Manifest> UNKNOWN =
      () -> {
        throw ServingException.of(Reason.OUTCOME_UNKNOWN, UNKNOWN_DETAIL);
      };

  /** What a caller is told whose rows were not written. */
  static final Supplier<Manifest> NOT_MADE =
      () -> {
        throw ServingException.of(
            Reason.OVERLOADED, "the node stops or failed; the write was not made, try again");
      };

  final List<VectorRecord> rows;

  /** About what the rows take. */
  final long bytes;

  /** To be run once, when the rows are searchable or will not be by this write. */
  final Runnable end;

  final AtomicBoolean isEnded = new AtomicBoolean();

  /** Gives the generation that holds the rows, or throws a {@link ServingException}. */
  final CompletableFuture<Supplier<Manifest>> done = new CompletableFuture<>();

  Write(List<VectorRecord> rows, Runnable end) {
    this.rows = rows;
    this.bytes = bytesOf(rows);
    this.end = end;
  }

  private static long bytesOf(List<VectorRecord> rows) {
    long bytes = 0;
    for (VectorRecord row : rows) {
      float[] vector = row.vector();
      byte[] payload = row.payload();
      bytes += ROW_OVERHEAD_BYTES + 2L * row.id().length();
      bytes += (vector == null ? 0 : 4L * vector.length) + (payload == null ? 0 : payload.length);
    }
    return bytes;
  }

  static Supplier<Manifest> failed(ServingException failure) {
    return () -> {
      throw failure;
    };
  }

  static ServingException unknown(Throwable cause) {
    return ServingException.of(Reason.OUTCOME_UNKNOWN, UNKNOWN_DETAIL, cause);
  }
}
