package io.akidb.ingest;

import io.akidb.catalog.VectorRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bare vectors, and beside them a sidecar with their ids and payloads in the same order; without
 * one, ids are row numbers.
 */
final class VectorFile extends RecordFile {
  private final VectorRows rows;
  private final @Nullable Lines sidecar;
  private final long baseOrder;

  VectorFile(Path path, VectorRows rows, @Nullable String sidecar, long baseOrder, long rowsMax)
      throws IOException {
    super(path, rowsMax);
    this.rows = rows;
    this.sidecar = sidecar == null ? null : open(sidecar, rows);
    this.baseOrder = baseOrder;
  }

  private static Lines open(String sidecar, VectorRows rows) throws IOException {
    try {
      return new Lines(stream(Path.of(sidecar)));
    } catch (IOException e) {
      rows.close();
      throw new IOException("its sidecar " + sidecar + ": " + e.getMessage(), e);
    }
  }

  @Override
  @Nullable Item read(long row) throws IOException {
    float[] vector = rows.next();
    if (vector == null) {
      requireSidecarEnd();
      return null;
    }
    if (sidecar == null) {
      return new Item.Row(
          VectorRecord.upsert(Long.toString(row), baseOrder + row, vector, null), origin(row));
    }
    byte[] line = sidecar.next();
    if (line == null) {
      throw new IOException("the sidecar has fewer lines than the file has vectors");
    }
    try {
      if (sidecar.wasCut()) {
        throw new BadRecordException(
            "the sidecar's line is longer than " + Lines.LINE_BYTES_MAX + " bytes");
      }
      JsonRecordParser.Sidecar named = JsonRecordParser.sidecar(line);
      return new Item.Row(
          VectorRecord.upsert(named.id(), baseOrder + row, vector, named.payload()), origin(row));
    } catch (BadRecordException e) {
      return new Item.DeadLetter(
          String.valueOf(e.getMessage()),
          Arrays.copyOf(line, Math.min(line.length, RAW_BYTES_MAX)),
          origin(row));
    }
  }

  private void requireSidecarEnd() throws IOException {
    if (sidecar == null) {
      return;
    }
    for (byte[] line = sidecar.next(); line != null; line = sidecar.next()) {
      if (!Lines.isBlank(line)) {
        throw new IOException("the sidecar has more lines than the file has vectors");
      }
    }
  }

  @Override
  public void close() {
    try {
      if (sidecar != null) {
        sidecar.close();
      }
      rows.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
