package io.akidb.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.Decoder;
import org.jspecify.annotations.Nullable;

/** The records of an Avro object container file. For one thread. */
final class AvroRecords implements GenericRecordFile.Records {
  private final DataFileStream<GenericRecord> stream;
  private final @Nullable String problem;

  private AvroRecords(DataFileStream<GenericRecord> stream, @Nullable String problem) {
    this.stream = stream;
    this.problem = problem;
  }

  static AvroRecords open(Path path) throws IOException {
    try {
      return open(path, AvroBlocks.sound(path));
    } catch (RuntimeException e) {
      throw damage(e);
    }
  }

  private static AvroRecords open(Path path, AvroBlocks.Sound sound) throws IOException {
    InputStream in = new Head(RecordFile.stream(path), sound.bytes());
    try {
      return new AvroRecords(new DataFileStream<>(in, new Reader()), sound.problem());
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  @Override
  public @Nullable GenericRecord next() throws IOException {
    GenericRecord next;
    try {
      next = stream.hasNext() ? stream.next() : null;
    } catch (RuntimeException e) {
      throw damage(e);
    }
    if (next == null && problem != null) {
      throw new IOException(problem);
    }
    return next;
  }

  /** Damage shows as many kinds of exceptions. */
  private static IOException damage(RuntimeException e) {
    return new IOException(String.valueOf(e.getMessage()), e);
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }

  private static final class Reader extends GenericDatumReader<GenericRecord> {
    @Override
    public GenericRecord read(@Nullable GenericRecord reuse, Decoder in) throws IOException {
      return super.read(reuse, new BoundedDecoder(in));
    }
  }

  /** The beginning of a stream. */
  private static final class Head extends InputStream {
    private final InputStream in;
    private long left;

    Head(InputStream in, long bytes) {
      this.in = in;
      this.left = bytes;
    }

    @Override
    public int read() throws IOException {
      int next = left > 0 ? in.read() : -1;
      left--;
      return next;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (left <= 0) {
        return length == 0 ? 0 : -1;
      }
      int read = in.read(bytes, offset, (int) Math.min(length, left));
      left -= Math.max(0, read);
      return read;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
