package io.akidb.ingest;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Looks over the blocks of an Avro object container file (Avro 1.12 specification, "Object
 * Container Files") before the library reads it, which would allocate a block's length as the file
 * says it. Reads some bytes of each block and seeks over the rest.
 */
final class AvroBlocks {
  /** The largest block; writers end theirs at 64 KiB to some MiB. */
  static final int BLOCK_BYTES_MAX = 64 << 20;

  private static final byte[] MAGIC = {'O', 'b', 'j', 1};
  private static final int SYNC_BYTES = 16;
  private static final int METADATA_ENTRIES_MAX = 4_096;

  private AvroBlocks() {}

  /**
   * Where the first block stands that is larger than {@link #BLOCK_BYTES_MAX}, or {@link
   * Long#MAX_VALUE}. Other damage is left for the library to find.
   *
   * @throws IOException if the file does not begin as an Avro file does
   */
  static long soundBytes(Path path) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 13)) {
      CountedInput file = new CountedInput(in);
      readHeader(file);
      return firstTooLarge(file);
    }
  }

  private static void readHeader(InputStream in) throws IOException {
    if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
      throw new IOException("it does not begin as an Avro file does");
    }
    Decoder header = new BoundedDecoder(DecoderFactory.get().directBinaryDecoder(in, null));
    long entries = 0;
    for (long count = header.readMapStart(); count != 0; count = header.mapNext()) {
      entries += count;
      if (entries > METADATA_ENTRIES_MAX) {
        throw new IOException("its header has more than " + METADATA_ENTRIES_MAX + " entries");
      }
      for (long i = 0; i < count; i++) {
        header.readString();
        header.readBytes(null);
      }
    }
    in.skipNBytes(SYNC_BYTES);
  }

  private static long firstTooLarge(CountedInput file) throws IOException {
    Decoder blocks = DecoderFactory.get().directBinaryDecoder(file, null);
    while (true) {
      long start = file.position;
      try {
        blocks.readLong();
        long bytes = blocks.readLong();
        if (bytes < 0 || bytes > BLOCK_BYTES_MAX) {
          return start;
        }
        file.skipNBytes(bytes + SYNC_BYTES);
      } catch (EOFException e) {
        return Long.MAX_VALUE; // At the end, or cut off, which the library finds.
      }
    }
  }

  /** Counts what was read. */
  private static final class CountedInput extends InputStream {
    private final InputStream in;
    private long position;

    CountedInput(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      int next = in.read();
      position += next < 0 ? 0 : 1;
      return next;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = in.read(bytes, offset, length);
      position += Math.max(0, read);
      return read;
    }

    @Override
    public long skip(long bytes) throws IOException {
      long skipped = in.skip(bytes);
      position += skipped;
      return skipped;
    }
  }
}
