package io.akidb.diskann.format.v1;

/** Numbers of the shard format, version 1; {@code spec/v1.md} says what they mean. */
public final class ShardSections {
  public static final long MAGIC = 0x4448534244494b41L; // "AKIDBSHD"
  public static final int VERSION = 1;
  public static final int HEADER_BYTES = 4096;

  public static final int AT_VERSION = 8;
  public static final int AT_HEADER_CRC = 12;
  public static final int AT_FILE_BYTES = 16;
  public static final int AT_KIND = 24;
  public static final int AT_SECTION_COUNT = 28;
  public static final int AT_REQUIRED_COUNT = 32;
  public static final int AT_OPTIONAL_COUNT = 36;
  public static final int AT_REQUIRED = 40;
  public static final int AT_OPTIONAL = 104;
  public static final int AT_SECTIONS = 168;
  public static final int SECTION_ENTRY_BYTES = 32;
  public static final int SECTIONS_MAX = 64;
  public static final int FEATURES_MAX = 16;

  public static final int KIND_FLAT = 1;
  public static final int KIND_DISKANN = 2;
  public static final int KIND_FUSED = 3;

  public static final int PARAMETERS = 1;
  public static final int NODES = 2;
  public static final int CODEBOOK = 3;
  public static final int CODES = 4;
  public static final int IDS = 5;
  public static final int ID_INDEX = 6;
  public static final int ORDERS = 7;
  public static final int PAYLOADS = 8;
  public static final int ATTRIBUTES = 9;
  public static final int ENTRIES = 10;
  public static final int CALIBRATION = 11;

  /** Node records lie so that none straddles a page of 4 KiB needlessly. */
  public static final int FEATURE_PAGED_NODES = 1;

  /** A PQ code of each node, in a section of its own. */
  public static final int FEATURE_PQ_CODES = 2;

  /** Binary codes of a node's neighbours, in its record. */
  public static final int FEATURE_NEIGHBOUR_CODES = 3;

  /** Codes of another quantizer than PQ, in their place. */
  public static final int FEATURE_QUANTIZER = 4;

  /** Full vectors of binary16. */
  public static final int FEATURE_HALF_VECTORS = 5;

  /** Full vectors of bytes, with a step and a zero each. */
  public static final int FEATURE_BYTE_VECTORS = 6;

  /** More than 1,024 entries. */
  public static final int FEATURE_MANY_ENTRIES = 7;

  /** Nodes of a page share its room for neighbours. */
  public static final int FEATURE_PACKED_PAGES = 8;

  public static final int PAGE_BYTES = 4096;

  private ShardSections() {}
}
