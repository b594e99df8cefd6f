package io.akidb.diskann;

/** Numbers of the shard format, version 1; {@code spec/v1.md} says what they mean. */
final class ShardSections {
  static final long MAGIC = 0x4448534244494b41L; // "AKIDBSHD"
  static final int VERSION = 1;
  static final int HEADER_BYTES = 4096;

  static final int AT_VERSION = 8;
  static final int AT_HEADER_CRC = 12;
  static final int AT_FILE_BYTES = 16;
  static final int AT_KIND = 24;
  static final int AT_SECTION_COUNT = 28;
  static final int AT_REQUIRED_COUNT = 32;
  static final int AT_OPTIONAL_COUNT = 36;
  static final int AT_REQUIRED = 40;
  static final int AT_OPTIONAL = 104;
  static final int AT_SECTIONS = 168;
  static final int SECTION_ENTRY_BYTES = 32;
  static final int SECTIONS_MAX = 64;
  static final int FEATURES_MAX = 16;

  static final int KIND_FLAT = 1;
  static final int KIND_DISKANN = 2;

  static final int PARAMETERS = 1;
  static final int NODES = 2;
  static final int CODEBOOK = 3;
  static final int CODES = 4;
  static final int IDS = 5;
  static final int ID_INDEX = 6;
  static final int ORDERS = 7;
  static final int PAYLOADS = 8;
  static final int ATTRIBUTES = 9;

  /** Node records lie so that none straddles a page of 4 KiB needlessly. */
  static final int FEATURE_PAGED_NODES = 1;

  /** A PQ code of each node, in a section of its own. */
  static final int FEATURE_PQ_CODES = 2;

  static final int PAGE_BYTES = 4096;

  private ShardSections() {}
}
