package io.akidb.catalog;

import java.util.zip.CRC32C;

/** By what the bytes of a listed object are known to be the ones that were listed. */
record ObjectCheck(long bytes, int crc32c) {
  static ObjectCheck of(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    return new ObjectCheck(content.length, (int) crc.getValue());
  }
}
