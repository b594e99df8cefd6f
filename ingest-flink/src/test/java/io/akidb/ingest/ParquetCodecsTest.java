package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.airlift.compress.Compressor;
import io.airlift.compress.lz4.Lz4Compressor;
import io.airlift.compress.snappy.SnappyCompressor;
import io.airlift.compress.zstd.ZstdCompressor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputDecompressor;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;

class ParquetCodecsTest {
  private static final byte[] PAGE = page();

  private static byte[] page() {
    byte[] page = new byte[10_000];
    new Random(7).nextBytes(page);
    Arrays.fill(page, 2_000, 9_000, (byte) 3);
    return page;
  }

  private static byte[] compress(Compressor compressor) {
    byte[] out = new byte[compressor.maxCompressedLength(PAGE.length)];
    return Arrays.copyOf(out, compressor.compress(PAGE, 0, PAGE.length, out, 0, out.length));
  }

  private static Map<CompressionCodecName, byte[]> compressed() {
    Map<CompressionCodecName, byte[]> all = new EnumMap<>(CompressionCodecName.class);
    all.put(CompressionCodecName.UNCOMPRESSED, PAGE);
    all.put(CompressionCodecName.GZIP, TestFiles.gzip(PAGE));
    all.put(CompressionCodecName.SNAPPY, compress(new SnappyCompressor()));
    all.put(CompressionCodecName.ZSTD, compress(new ZstdCompressor()));
    all.put(CompressionCodecName.LZ4_RAW, compress(new Lz4Compressor()));
    return all;
  }

  @Test
  void decompress_eachCodec_isThePage() throws IOException {
    for (Map.Entry<CompressionCodecName, byte[]> page : compressed().entrySet()) {
      BytesInputDecompressor codec = new ParquetCodecs().getDecompressor(page.getKey());
      byte[] bytes = page.getValue();

      assertThat(
              codec.decompress(BytesInput.from(bytes), PAGE.length).toInputStream().readAllBytes())
          .as(page.getKey().name())
          .isEqualTo(PAGE);
      ByteBuffer out = ByteBuffer.allocate(PAGE.length);
      codec.decompress(ByteBuffer.wrap(bytes), bytes.length, out, PAGE.length);
      assertThat(out.array()).isEqualTo(PAGE);
      codec.release();
    }
  }

  @Test
  void decompress_lengthThatIsNotThePages_isRefused() {
    compressed()
        .forEach(
            (name, bytes) -> {
              BytesInputDecompressor codec = new ParquetCodecs().getDecompressor(name);
              if (name != CompressionCodecName.UNCOMPRESSED) {
                assertThatThrownBy(() -> codec.decompress(BytesInput.from(bytes), PAGE.length + 1))
                    .as(name.name())
                    .isInstanceOfAny(IOException.class, RuntimeException.class);
              }
              for (int length : new int[] {-1, Integer.MAX_VALUE}) {
                assertThatThrownBy(() -> codec.decompress(BytesInput.from(bytes), length))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("a page of " + length + " bytes");
              }
            });
  }

  @Test
  void getDecompressor_otherCodec_namesThoseThatAreKnown() {
    assertThatThrownBy(() -> new ParquetCodecs().getDecompressor(CompressionCodecName.BROTLI))
        .hasMessage(
            "its columns are compressed by BROTLI; write them with SNAPPY, GZIP, ZSTD or LZ4_RAW");
    assertThatThrownBy(() -> new ParquetCodecs().getCompressor(CompressionCodecName.GZIP))
        .isInstanceOf(UnsupportedOperationException.class);
    new ParquetCodecs().release();
  }
}
