package io.akidb.diskann.format.v1;

import io.akidb.diskann.BuildReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.CRC32C;

/**
 * Writes the container of a shard file: sections first, the header last, the name at the very end.
 */
public final class ShardWriter implements AutoCloseable {
  private static final int CHECKSUM_BUFFER_BYTES = 1 << 20;

  private record Section(int id, int crc32c, long offset, long length) {}

  private final Path output;
  private final Path temporary;
  private final int kind;
  private final int[] requiredFeatures;
  private final FileChannel channel;
  private final SectionOutput out;
  private final List<Section> sections = new ArrayList<>();

  public ShardWriter(Path output, int kind, int... requiredFeatures) {
    this.output = output.toAbsolutePath();
    this.temporary = this.output.resolveSibling("." + UUID.randomUUID() + ".shard-part");
    this.kind = kind;
    this.requiredFeatures = requiredFeatures.clone();
    try {
      this.channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create a file beside " + output.getFileName(), e);
    }
    this.out = new SectionOutput(channel);
    out.putZeros(ShardSections.HEADER_BYTES);
  }

  /** Writes a section. */
  public void section(int id, int alignment, Consumer<SectionOutput> content) {
    out.begin(alignment);
    long offset = out.position();
    content.accept(out);
    sections.add(new Section(id, out.crc32c(), offset, out.position() - offset));
  }

  /**
   * Lets the shard be read as if it ended here; more sections may follow.
   *
   * @param reader gets the file, and has closed it when it is done
   */
  public <T> T readBack(Function<Path, T> reader) {
    try {
      out.flush();
      writeHeader(out.position());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the shard file " + output.getFileName(), e);
    }
    return reader.apply(temporary);
  }

  /** Writes the header, makes all durable and gives the file its name. */
  public BuildReport finish(int vectors, double averageDegree) {
    try {
      out.flush();
      long bytes = out.position();
      writeHeader(bytes);
      channel.force(true);
      int crc = checksum(bytes);
      channel.close();
      Files.move(temporary, output, StandardCopyOption.ATOMIC_MOVE);
      Path folder = output.getParent();
      if (folder != null) {
        try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
          names.force(true);
        }
      }
      return new BuildReport(vectors, bytes, crc, averageDegree);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot finish the shard file " + output.getFileName(), e);
    }
  }

  private void writeHeader(long fileBytes) throws IOException {
    ByteBuffer header = header(fileBytes);
    while (header.hasRemaining()) {
      channel.write(header, header.position());
    }
  }

  private ByteBuffer header(long fileBytes) {
    ByteBuffer header =
        ByteBuffer.allocate(ShardSections.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(0, ShardSections.MAGIC);
    header.putInt(ShardSections.AT_VERSION, ShardSections.VERSION);
    header.putLong(ShardSections.AT_FILE_BYTES, fileBytes);
    header.putInt(ShardSections.AT_KIND, kind);
    header.putInt(ShardSections.AT_SECTION_COUNT, sections.size());
    header.putInt(ShardSections.AT_REQUIRED_COUNT, requiredFeatures.length);
    for (int i = 0; i < requiredFeatures.length; i++) {
      header.putInt(ShardSections.AT_REQUIRED + 4 * i, requiredFeatures[i]);
    }
    int at = ShardSections.AT_SECTIONS;
    for (Section section : sections) {
      header.putInt(at, section.id());
      header.putInt(at + 4, section.crc32c());
      header.putLong(at + 8, section.offset());
      header.putLong(at + 16, section.length());
      at += ShardSections.SECTION_ENTRY_BYTES;
    }
    CRC32C crc = new CRC32C();
    crc.update(header.array());
    header.putInt(ShardSections.AT_HEADER_CRC, (int) crc.getValue());
    return header;
  }

  private int checksum(long bytes) throws IOException {
    CRC32C crc = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocateDirect(CHECKSUM_BUFFER_BYTES);
    long position = 0;
    while (position < bytes) {
      buffer.clear();
      int read = channel.read(buffer, position);
      if (read < 0) {
        throw new IOException("the file became shorter");
      }
      position += read;
      crc.update(buffer.flip());
    }
    return (int) crc.getValue();
  }

  @Override
  public void close() {
    try {
      channel.close();
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot clean up " + temporary.getFileName(), e);
    }
  }
}
