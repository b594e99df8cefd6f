package io.akidb.diskann.format.v1;

import io.akidb.diskann.kernel.SegmentLayout;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Ids, orders and payloads of a shard: how they are written, and how they are read where they lie.
 */
final class ShardRecords {
  private final int size;
  private final MemorySegment ids;
  private final MemorySegment idIndex;
  private final MemorySegment orders;
  private final MemorySegment payloads;

  ShardRecords(ShardFile file, int size) {
    this.size = size;
    this.ids = file.section(ShardSections.IDS);
    this.idIndex = file.section(ShardSections.ID_INDEX, 12L * size);
    this.orders = file.section(ShardSections.ORDERS, 8L * size);
    this.payloads = file.section(ShardSections.PAYLOADS);
    if (ids.byteSize() < 8L * (size + 1) || payloads.byteSize() < 8L * (size + 1)) {
      throw ShardFile.corrupt("ids or payloads are cut off");
    }
  }

  /**
   * Writes the four sections.
   *
   * @param positions position in the spill of each node
   */
  static void write(ShardWriter writer, Spill spill, int[] positions) {
    writer.section(ShardSections.IDS, 64, out -> writeBlobs(out, positions, spill::id));
    writer.section(ShardSections.ID_INDEX, 64, out -> writeIdIndex(out, spill, positions));
    writer.section(
        ShardSections.ORDERS,
        64,
        out -> {
          for (int position : positions) {
            out.putLong(spill.order(position));
          }
        });
    writer.section(ShardSections.PAYLOADS, 64, out -> writeBlobs(out, positions, spill::payload));
  }

  private interface Blob {
    MemorySegment at(int position);
  }

  private static void writeBlobs(SectionOutput out, int[] positions, Blob blob) {
    long at = 0;
    out.putLong(at);
    for (int position : positions) {
      at += blob.at(position).byteSize();
      out.putLong(at);
    }
    for (int position : positions) {
      out.putSegment(blob.at(position));
    }
  }

  private static void writeIdIndex(SectionOutput out, Spill spill, int[] positions) {
    long[] sorted = new long[positions.length];
    for (int node = 0; node < positions.length; node++) {
      sorted[node] = hash(spill.id(positions[node]));
    }
    Arrays.sort(sorted);
    int[] nodes = new int[positions.length];
    Arrays.fill(nodes, -1);
    for (int node = 0; node < positions.length; node++) {
      nodes[firstFree(sorted, nodes, hash(spill.id(positions[node])))] = node;
    }
    for (long hash : sorted) {
      out.putLong(hash);
    }
    for (int node : nodes) {
      out.putInt(node);
    }
  }

  /** The first place of a hash that no node has taken; they are taken in order. */
  private static int firstFree(long[] sorted, int[] nodes, long hash) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < hash || (sorted[middle] == hash && nodes[middle] >= 0)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** FNV-1a over the bytes, then mixed (the finalizer of MurmurHash3, by Austin Appleby). */
  static long hash(MemorySegment bytes) {
    long hash = 0xcbf29ce484222325L;
    for (long i = 0; i < bytes.byteSize(); i++) {
      hash = (hash ^ (bytes.get(SegmentLayout.I8, i) & 255)) * 0x100000001b3L;
    }
    hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
    hash = (hash ^ hash >>> 33) * 0xc4ceb9fe1a85ec53L;
    return hash ^ hash >>> 33;
  }

  String vectorId(int node) {
    return Utf8.decode(blob(ids, node, Spill.ID_BYTES_MAX), "an id");
  }

  byte[] payload(int node) {
    return blob(payloads, node, Integer.MAX_VALUE - 8).toArray(SegmentLayout.I8);
  }

  long order(int node) {
    return orders.getAtIndex(SegmentLayout.I64, requireNode(node));
  }

  int nodeId(String vectorId) {
    if (!Utf8.isEncodable(vectorId)) {
      return -1;
    }
    MemorySegment wanted = MemorySegment.ofArray(Utf8.encode(vectorId));
    long hash = hash(wanted);
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (idIndex.getAtIndex(SegmentLayout.I64, middle) < hash) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    for (; low < size && idIndex.getAtIndex(SegmentLayout.I64, low) == hash; low++) {
      int node = idIndex.get(SegmentLayout.I32, 8L * size + 4L * low);
      if (node < 0 || node >= size) {
        throw ShardFile.corrupt("the index of ids names node " + node);
      }
      if (blob(ids, node, Spill.ID_BYTES_MAX).mismatch(wanted) < 0) {
        return node;
      }
    }
    return -1;
  }

  private MemorySegment blob(MemorySegment section, int node, int most) {
    long start = section.getAtIndex(SegmentLayout.I64, requireNode(node));
    long end = section.getAtIndex(SegmentLayout.I64, node + 1L);
    long base = 8L * (size + 1);
    if (start < 0 || end < start || end > section.byteSize() - base || end - start > most) {
      throw ShardFile.corrupt("the record of node " + node + " does not lie within its section");
    }
    return section.asSlice(base + start, end - start);
  }

  private int requireNode(int node) {
    if (node < 0 || node >= size) {
      throw new IndexOutOfBoundsException("node " + node + " of " + size);
    }
    return node;
  }
}
