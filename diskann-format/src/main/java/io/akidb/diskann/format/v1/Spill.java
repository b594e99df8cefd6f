package io.akidb.diskann.format.v1;

import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.VectorStorage;
import io.akidb.diskann.kernel.SegmentLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Vectors and records on their way into a shard: two files, written in order of arrival and then
 * mapped. The heap holds 16 bytes a vector.
 */
public final class Spill implements AutoCloseable {
  /** Longest id, in UTF-8 bytes. */
  public static final int ID_BYTES_MAX = 4096;

  private final IndexSchema schema;
  private final int padded;
  private final FileChannel vectorsChannel;
  private final FileChannel recordsChannel;
  private final SectionOutput vectorsOut;
  private final SectionOutput recordsOut;
  private final Arena arena = Arena.ofShared();

  private final FormCheck forms = new FormCheck();
  private int size;
  private long[] recordAt = new long[1024];
  private float[] inverseNorms = new float[1024];
  private MemorySegment vectors = MemorySegment.NULL;
  private MemorySegment records = MemorySegment.NULL;

  public Spill(IndexSchema schema, Path directory) {
    this.schema = schema;
    this.padded = NodeLayout.padded(schema.dimension());
    try {
      vectorsChannel = open(Files.createTempFile(directory, "vectors-", ".spill"));
      recordsChannel = open(Files.createTempFile(directory, "records-", ".spill"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create work files in " + directory, e);
    }
    vectorsOut = new SectionOutput(vectorsChannel);
    recordsOut = new SectionOutput(recordsChannel);
  }

  private static FileChannel open(Path file) throws IOException {
    // On Unix it loses its name at once, so that a killed process leaves nothing behind.
    return FileChannel.open(
        file,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.DELETE_ON_CLOSE);
  }

  /** Checks a record and takes it; answers its position. */
  public int add(IndexRecord item) {
    float[] vector = item.vector();
    float inverseNorm =
        VectorChecks.requireValid("vector of id '" + item.vectorId() + "'", vector, schema);
    byte[] id = VectorChecks.requireValidId(item.vectorId());
    if (size == recordAt.length) {
      int larger = Math.min(Integer.MAX_VALUE - 8, size * 2);
      recordAt = Arrays.copyOf(recordAt, larger);
      inverseNorms = Arrays.copyOf(inverseNorms, larger);
    }
    forms.add(vector);
    recordAt[size] = recordsOut.position();
    inverseNorms[size] = inverseNorm;
    for (float component : vector) {
      vectorsOut.putFloat(component);
    }
    for (int i = vector.length; i < padded; i++) {
      vectorsOut.putFloat(0);
    }
    recordsOut.putLong(item.order());
    recordsOut.putInt(id.length);
    recordsOut.putInt(item.payload().length);
    recordsOut.putBytes(id);
    recordsOut.putBytes(item.payload());
    return size++;
  }

  /** Maps what was taken; nothing can be added any more. */
  public void map() {
    vectorsOut.flush();
    recordsOut.flush();
    try {
      vectors = vectorsChannel.map(FileChannel.MapMode.READ_ONLY, 0, vectorsOut.position(), arena);
      records = recordsChannel.map(FileChannel.MapMode.READ_ONLY, 0, recordsOut.position(), arena);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot map the work files", e);
    }
  }

  public int size() {
    return size;
  }

  /**
   * The form of all vectors for what was asked for.
   *
   * @throws io.akidb.diskann.InvalidVectorException if it cannot hold them
   */
  public VectorForm form(VectorStorage storage) {
    return forms.form(storage);
  }

  public int paddedDimension() {
    return padded;
  }

  /** All vectors, {@code [size][paddedDimension]}. */
  public MemorySegment vectors() {
    return vectors;
  }

  public long vectorAt(int position) {
    return 4L * padded * position;
  }

  /** Copies a vector into {@code into[>= paddedDimension]}. */
  public void vector(int position, float[] into) {
    MemorySegment.copy(vectors, SegmentLayout.F32, vectorAt(position), into, 0, padded);
  }

  /** One over the vector's length; 1 unless the metric is cosine. */
  public float inverseNorm(int position) {
    return inverseNorms[position];
  }

  public long order(int position) {
    return records.get(SegmentLayout.I64, recordAt[position]);
  }

  public MemorySegment id(int position) {
    long at = recordAt[position];
    return records.asSlice(at + 16, records.get(SegmentLayout.I32, at + 8));
  }

  public MemorySegment payload(int position) {
    long at = recordAt[position];
    int idLength = records.get(SegmentLayout.I32, at + 8);
    return records.asSlice(at + 16 + idLength, records.get(SegmentLayout.I32, at + 12));
  }

  @Override
  public void close() {
    arena.close();
    try {
      vectorsChannel.close();
      recordsChannel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the work files", e);
    }
  }
}
