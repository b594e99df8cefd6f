package io.akidb.diskann.format.v1;

import io.akidb.diskann.CorruptShardException;
import io.akidb.diskann.ShardTooNewException;
import io.akidb.diskann.ShardTooOldException;
import io.akidb.diskann.kernel.SegmentLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The container of a mapped shard file. Its header is checked whole when it is opened, so that a
 * section's slice never leaves the file; a section's checksum is checked when asked.
 */
public final class ShardFile implements AutoCloseable {
  private static final int CHECKSUM_STEP = 1 << 26;

  private record Section(int crc32c, MemorySegment bytes) {}

  private final Arena arena;
  private final MemorySegment file;
  private final int kind;
  private final Map<Integer, Section> sections;

  private ShardFile(Arena arena, MemorySegment file, int kind, Map<Integer, Section> sections) {
    this.arena = arena;
    this.file = file;
    this.kind = kind;
    this.sections = sections;
  }

  /**
   * Maps a file.
   *
   * @param knownFeatures required features that the caller understands
   */
  public static ShardFile open(Path path, int... knownFeatures) {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < ShardSections.HEADER_BYTES) {
        throw corrupt("the file is shorter than a header");
      }
      MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
      return parse(arena, file, knownFeatures);
    } catch (IOException e) {
      arena.close();
      throw new UncheckedIOException("cannot map the shard file " + path.getFileName(), e);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static ShardFile parse(Arena arena, MemorySegment file, int... knownFeatures) {
    if (file.get(SegmentLayout.I64, 0) != ShardSections.MAGIC) {
      throw corrupt("the file does not begin as a shard does");
    }
    int version = file.get(SegmentLayout.I32, ShardSections.AT_VERSION);
    checkHeaderChecksum(file, version);
    if (version > ShardSections.VERSION) {
      throw new ShardTooNewException(
          "the shard has format version "
              + version
              + ", this one reads up to "
              + ShardSections.VERSION,
          null);
    }
    if (version < ShardSections.VERSION) {
      throw new ShardTooOldException(
          "the shard has format version " + version + ", no longer read", null);
    }
    if (file.get(SegmentLayout.I64, ShardSections.AT_FILE_BYTES) != file.byteSize()) {
      throw corrupt("the file is shorter or longer than its header says");
    }
    checkFeatures(file, knownFeatures);
    return new ShardFile(
        arena, file, file.get(SegmentLayout.I32, ShardSections.AT_KIND), sectionsOf(file));
  }

  private static void checkHeaderChecksum(MemorySegment file, int version) {
    byte[] header = new byte[ShardSections.HEADER_BYTES];
    MemorySegment.copy(file, SegmentLayout.I8, 0, header, 0, header.length);
    int expected = file.get(SegmentLayout.I32, ShardSections.AT_HEADER_CRC);
    for (int i = 0; i < 4; i++) {
      header[ShardSections.AT_HEADER_CRC + i] = 0;
    }
    CRC32C crc = new CRC32C();
    crc.update(header);
    if ((int) crc.getValue() != expected) {
      throw corrupt("the header's checksum does not hold (it claims version " + version + ")");
    }
  }

  /** Whether the file lists a required feature. */
  boolean needs(int feature) {
    // Bounded when the file was opened.
    int count = file.get(SegmentLayout.I32, ShardSections.AT_REQUIRED_COUNT);
    for (int i = 0; i < count; i++) {
      if (file.get(SegmentLayout.I32, ShardSections.AT_REQUIRED + 4L * i) == feature) {
        return true;
      }
    }
    return false;
  }

  private static void checkFeatures(MemorySegment file, int... knownFeatures) {
    int count = bounded(file, ShardSections.AT_REQUIRED_COUNT, ShardSections.FEATURES_MAX);
    bounded(file, ShardSections.AT_OPTIONAL_COUNT, ShardSections.FEATURES_MAX);
    for (int i = 0; i < count; i++) {
      int feature = file.get(SegmentLayout.I32, ShardSections.AT_REQUIRED + 4L * i);
      boolean known = false;
      for (int candidate : knownFeatures) {
        known |= candidate == feature;
      }
      if (!known) {
        throw new ShardTooNewException(
            "the shard needs feature " + feature + ", unknown here", null);
      }
    }
  }

  private static Map<Integer, Section> sectionsOf(MemorySegment file) {
    int count = bounded(file, ShardSections.AT_SECTION_COUNT, ShardSections.SECTIONS_MAX);
    Map<Integer, Section> sections = new HashMap<>();
    for (int i = 0; i < count; i++) {
      long at = ShardSections.AT_SECTIONS + (long) i * ShardSections.SECTION_ENTRY_BYTES;
      int id = file.get(SegmentLayout.I32, at);
      int crc = file.get(SegmentLayout.I32, at + 4);
      long offset = file.get(SegmentLayout.I64, at + 8);
      long length = file.get(SegmentLayout.I64, at + 16);
      if (offset < ShardSections.HEADER_BYTES
          || length < 0
          || offset > file.byteSize()
          || length > file.byteSize() - offset) {
        throw corrupt("section " + id + " does not lie within the file");
      }
      if (sections.put(id, new Section(crc, file.asSlice(offset, length))) != null) {
        throw corrupt("section " + id + " is there twice");
      }
    }
    requireApart(file, sections.values());
    return sections;
  }

  private static void requireApart(MemorySegment file, Collection<Section> sections) {
    long end = ShardSections.HEADER_BYTES;
    for (long[] extent : extents(file, sections)) {
      if (extent[0] < end) {
        throw corrupt("two sections overlap at byte " + extent[0]);
      }
      end = extent[1];
    }
  }

  /** Where each section begins and ends in the file, ascending. */
  private static long[][] extents(MemorySegment file, Collection<Section> sections) {
    return sections.stream()
        .map(
            section -> {
              long start = section.bytes().address() - file.address();
              return new long[] {start, start + section.bytes().byteSize()};
            })
        .sorted((a, b) -> a[0] != b[0] ? Long.compare(a[0], b[0]) : Long.compare(a[1], b[1]))
        .toArray(long[][]::new);
  }

  private static int bounded(MemorySegment file, long at, int most) {
    int value = file.get(SegmentLayout.I32, at);
    if (value < 0 || value > most) {
      throw corrupt("the header has " + value + " at byte " + at + ", out of bounds");
    }
    return value;
  }

  public int kind() {
    return kind;
  }

  public long bytes() {
    return file.byteSize();
  }

  /** Whether there is such a section. */
  public boolean has(int id) {
    return sections.containsKey(id);
  }

  /** A section's bytes, unchecked. */
  public MemorySegment section(int id) {
    return sectionOf(id).bytes();
  }

  /** A section's bytes, which must be so many. */
  public MemorySegment section(int id, long length) {
    MemorySegment bytes = section(id);
    if (bytes.byteSize() != length) {
      throw corrupt("section " + id + " has " + bytes.byteSize() + " bytes, not " + length);
    }
    return bytes;
  }

  /** A section's bytes, whose checksum holds. */
  public MemorySegment checkedSection(int id) {
    check(id, sectionOf(id));
    return section(id);
  }

  /** Checks all that the header's checksum does not cover, padding between sections included. */
  public void verify() {
    sections.forEach(ShardFile::check);
    long end = ShardSections.HEADER_BYTES;
    for (long[] extent : extents(file, sections.values())) {
      for (long at = end; at < extent[0]; at++) {
        if (file.get(SegmentLayout.I8, at) != 0) {
          throw corrupt("the padding at byte " + at + " is not zero");
        }
      }
      end = extent[1];
    }
    if (end != file.byteSize()) {
      throw corrupt("there are bytes behind the last section");
    }
  }

  private Section sectionOf(int id) {
    Section section = sections.get(id);
    if (section == null) {
      throw corrupt("section " + id + " is missing");
    }
    return section;
  }

  private static void check(int id, Section section) {
    CRC32C crc = new CRC32C();
    MemorySegment bytes = section.bytes();
    for (long at = 0; at < bytes.byteSize(); at += CHECKSUM_STEP) {
      long length = Math.min(CHECKSUM_STEP, bytes.byteSize() - at);
      PageAdvice.willNeed(bytes, at, length);
      crc.update(bytes.asSlice(at, length).asByteBuffer());
    }
    if ((int) crc.getValue() != section.crc32c()) {
      throw corrupt("the checksum of section " + id + " does not hold");
    }
  }

  public static CorruptShardException corrupt(String what) {
    return new CorruptShardException("corrupt shard: " + what, null);
  }

  @Override
  public void close() {
    arena.close();
  }
}
