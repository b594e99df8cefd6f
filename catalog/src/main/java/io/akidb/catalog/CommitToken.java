package io.akidb.catalog;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Commit tokens: a collection's id and a generation with a checksum, 28 bytes in URL-safe base64.
 */
final class CommitToken {
  private static final int BYTES = 16 + 8 + 4;
  private static final int TEXT_LENGTH = 38;

  private CommitToken() {}

  static String of(UUID collectionId, long generation) {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    bytes.putLong(collectionId.getMostSignificantBits());
    bytes.putLong(collectionId.getLeastSignificantBits());
    bytes.putLong(generation);
    bytes.putInt(checksum(bytes.array()));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  static long generationOf(String token, UUID collectionId) {
    if (token.length() != TEXT_LENGTH) {
      throw new InvalidCommitTokenException("is not one: it must be 38 characters");
    }
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(token);
    } catch (IllegalArgumentException e) {
      throw new InvalidCommitTokenException("is not one: it must be URL-safe base64");
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    UUID id = new UUID(buffer.getLong(), buffer.getLong());
    long generation = buffer.getLong();
    if (buffer.getInt() != checksum(bytes) || generation < 0) {
      throw new InvalidCommitTokenException("is not one: its checksum does not match");
    }
    if (!id.equals(collectionId)) {
      throw new InvalidCommitTokenException(
          "belongs to another collection, or to an earlier one of the same name");
    }
    return generation;
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, BYTES - 4);
    return (int) crc.getValue();
  }
}
