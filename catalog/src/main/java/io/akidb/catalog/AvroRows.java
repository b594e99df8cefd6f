package io.akidb.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.SchemaParseException;
import org.apache.avro.io.DecoderFactory;

/**
 * Reads an Avro object container file (Avro 1.12 specification, "Object Container Files") block by
 * block, with bounded memory whatever the file says. For one thread.
 */
final class AvroRows<T> {
  /** Metadata that every file of ours carries. */
  static final String FORMAT_VERSION_KEY = "akidb.format_version";

  /** The version that this code writes, and the newest it reads. */
  static final int FORMAT_VERSION = 1;

  /** Largest block. Ours end at 64 KiB and one record, which has at most 81 KiB. */
  static final int BLOCK_BYTES_MAX = 1 << 20;

  private static final byte[] MAGIC = {'O', 'b', 'j', 1};
  private static final int SYNC_BYTES = 16;
  private static final int METADATA_ENTRIES_MAX = 512;
  private static final int METADATA_BYTES_MAX = 1 << 16;

  /** Decodes one row. */
  @FunctionalInterface
  interface RowDecoder<T> {
    T decode(AvroInput in) throws IOException;
  }

  private final AvroInput file;
  private final RowDecoder<T> rowDecoder;
  private final byte[] sync = new byte[SYNC_BYTES];
  private final Map<String, byte[]> metadata;
  private byte[] blockBytes = new byte[0];
  private AvroInput block = AvroInput.of(blockBytes, 0);
  private long rowsLeft;

  /**
   * Reads the header.
   *
   * @throws MalformedException if it is not a file of this schema
   * @throws UnsupportedFormatException if it is of a newer version
   */
  AvroRows(InputStream in, Schema schema, RowDecoder<T> rowDecoder) throws IOException {
    this.file = new AvroInput(DecoderFactory.get().binaryDecoder(in, null));
    this.rowDecoder = rowDecoder;
    byte[] magic = new byte[MAGIC.length];
    file.fixed(magic, magic.length);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new MalformedException("no Avro file");
    }
    this.metadata = readMetadata(file);
    file.fixed(sync, SYNC_BYTES);
    checkVersion(schema.getName());
    checkSchema(schema);
  }

  private static Map<String, byte[]> readMetadata(AvroInput file) throws IOException {
    Map<String, byte[]> metadata = new HashMap<>();
    for (long count = file.number(); count != 0; count = file.number()) {
      if (count < 0) { // followed by the block's size in bytes, which nobody needs
        count = Math.negateExact(count);
        file.number();
      }
      if (count > METADATA_ENTRIES_MAX - metadata.size()) {
        throw new MalformedException("too much metadata");
      }
      for (; count > 0; count--) {
        metadata.put(file.text(256), file.bytes(METADATA_BYTES_MAX));
      }
    }
    return metadata;
  }

  private void checkVersion(String what) throws MalformedException {
    String version = metadata(FORMAT_VERSION_KEY);
    if (!version.matches("[0-9]{1,9}")) {
      throw new MalformedException("no format version");
    }
    if (Integer.parseInt(version) > FORMAT_VERSION) {
      throw new UnsupportedFormatException(what, Integer.parseInt(version), FORMAT_VERSION);
    }
  }

  private void checkSchema(Schema schema) throws MalformedException {
    String codec = metadata("avro.codec");
    if (!codec.isEmpty() && !codec.equals("null")) {
      throw new MalformedException("a compressed file");
    }
    try {
      Schema written = new Schema.Parser().parse(metadata("avro.schema"));
      if (SchemaNormalization.toParsingForm(written)
          .equals(SchemaNormalization.toParsingForm(schema))) {
        return;
      }
    } catch (SchemaParseException e) {
      throw new MalformedException("no readable schema");
    }
    throw new MalformedException("a file of another schema");
  }

  /** A metadata entry, empty if there is none. */
  String metadata(String key) {
    return new String(metadata.getOrDefault(key, new byte[0]), StandardCharsets.UTF_8);
  }

  /** The metadata entries whose keys start with a prefix, by what follows it. */
  SortedMap<String, String> metadataBelow(String prefix) {
    SortedMap<String, String> found = new TreeMap<>();
    for (String key : metadata.keySet()) {
      if (key.startsWith(prefix)) {
        found.put(key.substring(prefix.length()), metadata(key));
      }
    }
    return found;
  }

  /** Whether there is another row; reads the next block if it must. */
  boolean hasNext() throws IOException {
    while (rowsLeft == 0) {
      if (!block.isEnd()) {
        throw new MalformedException("a block with more bytes than rows");
      }
      if (file.isEnd()) {
        return false;
      }
      long rows = file.number(0, BLOCK_BYTES_MAX);
      int length = (int) file.number(0, BLOCK_BYTES_MAX);
      if (blockBytes.length < length) {
        blockBytes = new byte[length];
      }
      file.fixed(blockBytes, length);
      byte[] end = new byte[SYNC_BYTES];
      file.fixed(end, SYNC_BYTES);
      if (!Arrays.equals(end, sync)) {
        throw new MalformedException("a block that does not end where it should");
      }
      block = AvroInput.of(blockBytes, length);
      rowsLeft = rows;
    }
    return true;
  }

  /** The next row; {@link #hasNext} must have answered true. */
  T next() throws IOException {
    rowsLeft--;
    return rowDecoder.decode(block);
  }
}
