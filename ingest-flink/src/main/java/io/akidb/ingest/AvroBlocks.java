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
import org.jspecify.annotations.Nullable;

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
   * What of a file the library may read.
   *
   * @param bytes its header and the blocks that are neither cut off nor too large
   * @param problem with the block behind them; null if there is none
   */
  record Sound(long bytes, @Nullable String problem) {}

  /**
   * Looks at the lengths of all blocks. Other damage is left for the library to find.
   *
   * @throws IOException if the file does not begin as an Avro file does
   */
  static Sound sound(Path path) throws IOException {
    try (BufferedInputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 13)) {
      CountedInput file = new CountedInput(in);
      readHeader(file);
      return walk(file);
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

  private static Sound walk(CountedInput file) throws IOException {
    Decoder blocks = DecoderFactory.get().directBinaryDecoder(file, null);
    while (true) {
      long start = file.position;
      try {
        if (file.isEnd()) {
          return new Sound(start, null);
        }
        blocks.readLong();
        long bytes = blocks.readLong();
        if (bytes < 0 || bytes > BLOCK_BYTES_MAX) {
          return new Sound(start, "a block is larger than " + BLOCK_BYTES_MAX + " bytes");
        }
        file.skipNBytes(bytes + SYNC_BYTES);
      } catch (EOFException e) {
        // The library would take it for the end.
        return new Sound(start, "its last block is cut off");
      }
    }
  }

  /** Counts what was read. */
  private static final class CountedInput extends InputStream {
    private final BufferedInputStream in;
    private long position;

    CountedInput(BufferedInputStream in) {
      this.in = in;
    }

    boolean isEnd() throws IOException {
      in.mark(1);
      int next = in.read();
      in.reset();
      return next < 0;
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
