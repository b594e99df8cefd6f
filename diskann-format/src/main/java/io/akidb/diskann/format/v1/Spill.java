package io.akidb.diskann.format.v1;

import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.VectorStorage;
import io.akidb.diskann.kernel.SegmentLayout;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * Vectors and records on their way into a shard: three files, written in order of arrival and then
 * mapped. The heap holds nothing of a vector.
 */
public final class Spill implements AutoCloseable {
  /** Longest id, in UTF-8 bytes. */
  public static final int ID_BYTES_MAX = 4096;

  private static final int PLACE_BYTES = 16;
  private static final int NORM_AT = 8;

  private final IndexSchema schema;
  private final int padded;
  private final Path directory;
  private ScratchFile vectorsFile;
  private final ScratchFile recordsFile;
  private final ScratchFile placesFile;
  private final FormCheck forms = new FormCheck();
  private int size;
  private MemorySegment vectors = MemorySegment.NULL;
  private MemorySegment records = MemorySegment.NULL;

  /**
   * Of each vector where its record begins (i64), its inverse norm (f32), and 4 bytes of nothing.
   */
  private MemorySegment places = MemorySegment.NULL;

  /** Where the vector of each position lies in their file; empty if they lie as they came. */
  private int[] arranged = new int[0];

  public Spill(IndexSchema schema, Path directory) {
    this.schema = schema;
    this.directory = directory;
    this.padded = NodeLayout.padded(schema.dimension());
    this.vectorsFile = new ScratchFile(directory, "vectors");
    this.recordsFile = new ScratchFile(directory, "records");
    this.placesFile = new ScratchFile(directory, "places");
  }

  /** Checks a record and takes it; answers its position. */
  public int add(IndexRecord item) {
    float[] vector = item.vector();
    float inverseNorm =
        VectorChecks.requireValid("vector of id '" + item.vectorId() + "'", vector, schema);
    byte[] id = VectorChecks.requireValidId(item.vectorId());
    forms.add(vector);
    SectionOutput placesOut = placesFile.out();
    SectionOutput vectorsOut = vectorsFile.out();
    SectionOutput recordsOut = recordsFile.out();
    placesOut.putLong(recordsOut.position());
    placesOut.putFloat(inverseNorm);
    placesOut.putInt(0);
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
    vectors = vectorsFile.map();
    records = recordsFile.map();
    places = placesFile.map();
  }

  /**
   * Writes the vectors anew in another order, by which they are read later on: then what is read
   * one after the other lies together, and need not be in memory all. Positions stay what they are.
   *
   * @param newPlaces of each position, ascending within each window
   * @param windows the first place of each, ascending, and behind them the size
   * @param memory that buffers may take, in bytes
   */
  public void arrange(int[] newPlaces, int[] windows, long memory) {
    if (arranged.length > 0) {
      throw new IllegalStateException("the vectors were arranged already");
    }
    ScratchFile written =
        ArrangedVectors.write(directory, vectors, 4 * padded, newPlaces, windows, memory);
    ScratchFile old = vectorsFile;
    vectorsFile = written;
    vectors = written.map();
    arranged = newPlaces;
    old.close();
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

  /** All vectors, {@code [size][paddedDimension]}, each of them at {@link #vectorAt}. */
  public MemorySegment vectors() {
    return vectors;
  }

  public long vectorAt(int position) {
    return 4L * padded * (arranged.length == 0 ? position : arranged[position]);
  }

  /** Copies a vector into {@code into[>= paddedDimension]}. */
  public void vector(int position, float[] into) {
    MemorySegment.copy(vectors, SegmentLayout.F32, vectorAt(position), into, 0, padded);
  }

  /** One over the vector's length; 1 unless the metric is cosine. */
  public float inverseNorm(int position) {
    return places.get(SegmentLayout.F32, placeAt(position) + NORM_AT);
  }

  private static long placeAt(int position) {
    return (long) PLACE_BYTES * position;
  }

  private long recordAt(int position) {
    return places.get(SegmentLayout.I64, placeAt(position));
  }

  public long order(int position) {
    return records.get(SegmentLayout.I64, recordAt(position));
  }

  public MemorySegment id(int position) {
    long at = recordAt(position);
    return records.asSlice(at + 16, records.get(SegmentLayout.I32, at + 8));
  }

  public MemorySegment payload(int position) {
    long at = recordAt(position);
    int idLength = records.get(SegmentLayout.I32, at + 8);
    return records.asSlice(at + 16 + idLength, records.get(SegmentLayout.I32, at + 12));
  }

  @Override
  public void close() {
    vectorsFile.close();
    recordsFile.close();
    placesFile.close();
  }
}
