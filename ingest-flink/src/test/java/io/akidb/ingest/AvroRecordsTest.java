package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.Utf8;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files whose lengths lie. */
class AvroRecordsTest {
  private static final String SCHEMA =
      "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"id\",\"type\":\"string\"},"
          + "{\"name\":\"vector\",\"type\":{\"type\":\"array\",\"items\":\"float\"}},"
          + "{\"name\":\"m\",\"type\":{\"type\":\"map\",\"values\":\"long\"}},"
          + "{\"name\":\"b\",\"type\":\"bytes\"}]}";
  private static final byte[] SYNC = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final long ALLOCATED_MAX = 32L << 20;

  @TempDir private Path folder;

  private interface Writing {
    void to(BinaryEncoder out) throws IOException;
  }

  private static byte[] encoded(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder out = EncoderFactory.get().directBinaryEncoder(bytes, null);
    try {
      writing.to(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] header() {
    return TestFiles.concat(
        new byte[] {'O', 'b', 'j', 1},
        encoded(
            out -> {
              out.writeLong(1);
              out.writeString("avro.schema");
              out.writeBytes(SCHEMA.getBytes(StandardCharsets.UTF_8));
              out.writeLong(0);
            }),
        SYNC);
  }

  private static byte[] block(long rows, long said, byte[] content) {
    return TestFiles.concat(
        encoded(
            out -> {
              out.writeLong(rows);
              out.writeLong(said);
            }),
        content,
        SYNC);
  }

  private static byte[] goodRow() {
    return encoded(
        out -> {
          out.writeString("a");
          out.writeLong(1);
          out.writeFloat(1);
          out.writeLong(0);
          out.writeLong(0);
          out.writeLong(0);
        });
  }

  private List<Item> read(byte[]... parts) {
    Path file = TestFiles.write(folder.resolve("a.avro"), TestFiles.concat(parts));
    List<Item> items = new ArrayList<>();
    assertThat(Allocations.bytesOf(() -> items.addAll(TestFiles.readAll(file))))
        .isLessThan(ALLOCATED_MAX);
    return items;
  }

  private void assertBroken(List<Item> items, String reason) {
    assertThat(items).hasSize(2);
    assertThat(TestFiles.row(items.get(0)).id()).isEqualTo("a");
    assertThat(TestFiles.letter(items.get(1)).reason())
        .startsWith("the file is broken from here on: ")
        .contains(reason);
  }

  private static byte[] goodBlock() {
    byte[] row = goodRow();
    return block(1, row.length, row);
  }

  @ParameterizedTest
  @ValueSource(longs = {Integer.MAX_VALUE, AvroBlocks.BLOCK_BYTES_MAX + 1L, -1, Long.MIN_VALUE})
  void next_blockOfAbsurdLength_isADeadLetterBehindTheGoodOnes(long said) {
    assertBroken(
        read(header(), goodBlock(), block(1, said, goodRow()), goodBlock()),
        "a block is larger than 67108864 bytes");
  }

  @Test
  void next_blockBeyondTheEnd_isADeadLetter() {
    assertBroken(
        read(header(), goodBlock(), block(1, 1_000_000, goodRow())), "its last block is cut off");
  }

  @Test
  void next_blockWithoutItsMark_isADeadLetter() {
    byte[] row = goodRow();
    assertBroken(read(header(), goodBlock(), block(1, row.length - 1, row)), "sync");
  }

  @ParameterizedTest
  @ValueSource(longs = {Integer.MAX_VALUE - 9, Long.MAX_VALUE, -2})
  void next_textOfAbsurdLength_isADeadLetter(long length) {
    byte[] row = encoded(out -> out.writeLong(length));
    assertBroken(
        read(header(), goodBlock(), block(1, row.length, row)), "a text or bytes of length ");
  }

  @ParameterizedTest
  @ValueSource(longs = {Integer.MAX_VALUE - 9, (1 << 20) + 1})
  void next_listOfAbsurdCount_isADeadLetter(long count) {
    byte[] row =
        encoded(
            out -> {
              out.writeString("a");
              out.writeLong(count);
              out.writeFloat(1);
            });
    assertBroken(read(header(), goodBlock(), block(1, row.length, row)), "a list of ");
  }

  @Test
  void next_mapOrBytesOfAbsurdLength_isADeadLetter() {
    for (boolean inMap : new boolean[] {true, false}) {
      byte[] row =
          encoded(
              out -> {
                out.writeString("a");
                out.writeLong(0);
                out.writeLong(inMap ? Integer.MAX_VALUE - 9 : 0);
                out.writeLong(Integer.MAX_VALUE - 9);
              });
      assertBroken(
          read(header(), goodBlock(), block(1, row.length, row)),
          inMap ? "a list of " : "a text or bytes of length ");
    }
  }

  @Test
  void next_moreRowsSaidThanThereAre_isADeadLetter() {
    byte[] row = goodRow();
    assertBroken(read(header(), block(1L << 40, row.length, row)), "");
  }

  @Test
  void open_headerWhoseLengthsLie_isUnreadable() {
    byte[] magic = {'O', 'b', 'j', 1};
    byte[] manyEntries = encoded(out -> out.writeLong(1_000_000));
    byte[] endlessKey =
        encoded(
            out -> {
              out.writeLong(1);
              out.writeLong(Integer.MAX_VALUE - 9);
            });
    for (byte[] lie : List.of(manyEntries, endlessKey)) {
      assertThatThrownBy(() -> read(magic, lie, new byte[64]))
          .isInstanceOf(UnreadableFileException.class);
    }
  }

  @Test
  void open_headerWithoutAReadableSchema_isUnreadable() {
    byte[] damaged = header();
    damaged[30] = '!';

    assertThatThrownBy(() -> read(damaged)).isInstanceOf(UnreadableFileException.class);
  }

  @Test
  void boundedDecoder_everyType_isPassedThrough() throws IOException {
    byte[] bytes =
        encoded(
            out -> {
              out.writeBoolean(true);
              out.writeInt(-7);
              out.writeDouble(2.5);
              out.writeEnum(3);
              out.writeIndex(1);
              out.writeString("text");
              out.writeFixed(new byte[] {1, 2});
            });
    BoundedDecoder in = new BoundedDecoder(DecoderFactory.get().binaryDecoder(bytes, null));

    in.readNull();
    assertThat(in.readBoolean()).isTrue();
    assertThat(in.readInt()).isEqualTo(-7);
    assertThat(in.readDouble()).isEqualTo(2.5);
    assertThat(in.readEnum()).isEqualTo(3);
    assertThat(in.readIndex()).isEqualTo(1);
    assertThat(in.readString(new Utf8("old")).toString()).isEqualTo("text");
    byte[] fixed = new byte[2];
    in.readFixed(fixed);
    assertThat(fixed).containsExactly(1, 2);
    assertThatThrownBy(in::skipString).isInstanceOf(AvroRuntimeException.class);
    assertThatThrownBy(in::skipBytes).isInstanceOf(AvroRuntimeException.class);
    assertThatThrownBy(() -> in.skipFixed(1)).isInstanceOf(AvroRuntimeException.class);
    assertThatThrownBy(in::skipArray).isInstanceOf(AvroRuntimeException.class);
    assertThatThrownBy(in::skipMap).isInstanceOf(AvroRuntimeException.class);
  }
}
