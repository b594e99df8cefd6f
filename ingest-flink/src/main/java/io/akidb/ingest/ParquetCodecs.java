package io.akidb.ingest;

import io.airlift.compress.Decompressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.snappy.SnappyDecompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Decompresses the pages of Parquet files. The library's own way needs Hadoop's runtime, and
 * allocates whatever length a page says that it has. For one thread.
 */
final class ParquetCodecs implements CompressionCodecFactory {
  /** The largest page; writers end theirs at about 1 MiB. */
  static final int PAGE_BYTES_MAX = 256 << 20;

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    return switch (codec) {
      case UNCOMPRESSED -> new Pages((in, out) -> System.arraycopy(in, 0, out, 0, in.length));
      case SNAPPY -> pages(new SnappyDecompressor());
      case GZIP -> new Pages(ParquetCodecs::gunzip);
      case ZSTD -> pages(new ZstdDecompressor());
      case LZ4_RAW -> pages(new Lz4Decompressor());
      default ->
          throw new IllegalArgumentException(
              "its columns are compressed by "
                  + codec
                  + "; write them with SNAPPY, GZIP, ZSTD or LZ4_RAW");
    };
  }

  private static Pages pages(Decompressor decompressor) {
    return new Pages(
        (in, out) -> {
          int length = decompressor.decompress(in, 0, in.length, out, 0, out.length);
          requireLength(length, out.length);
        });
  }

  private static void gunzip(byte[] in, byte[] out) throws IOException {
    try (GZIPInputStream stream = new GZIPInputStream(new ByteArrayInputStream(in))) {
      requireLength(stream.readNBytes(out, 0, out.length), out.length);
    }
  }

  private static void requireLength(int length, int said) throws IOException {
    if (length != said) {
      throw new IOException("a page has " + length + " bytes, not the " + said + " it speaks of");
    }
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    throw new UnsupportedOperationException("files are only read");
  }

  @Override
  public void release() {}

  private interface Fill {
    void fill(byte[] in, byte[] out) throws IOException;
  }

  private static final class Pages implements BytesInputDecompressor {
    private final Fill fill;

    Pages(Fill fill) {
      this.fill = fill;
    }

    @Override
    public BytesInput decompress(BytesInput in, int length) throws IOException {
      return BytesInput.from(decompress(in.toInputStream().readAllBytes(), length));
    }

    @Override
    public void decompress(ByteBuffer in, int inLength, ByteBuffer out, int outLength)
        throws IOException {
      byte[] bytes = new byte[inLength];
      in.get(bytes);
      out.put(decompress(bytes, outLength));
    }

    private byte[] decompress(byte[] in, int length) throws IOException {
      if (length < 0 || length > PAGE_BYTES_MAX) {
        throw new IOException("a page of " + length + " bytes, at most " + PAGE_BYTES_MAX);
      }
      byte[] out = new byte[length];
      if (length > 0 || in.length > 0) {
        fill.fill(in, out);
      }
      return out;
    }

    @Override
    public void release() {}
  }
}
