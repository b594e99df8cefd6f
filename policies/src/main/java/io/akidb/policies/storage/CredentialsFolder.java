package io.akidb.policies.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where new credentials go: one file for each identity, {@code TENANT/ingest.env} and {@code
 * node.env}, which its owner alone may read, with the variables that AkiDB's programs take. Nothing
 * else ever holds a secret: the store keeps what it needs to check it, and tells nobody.
 *
 * @param folder made if missing; null if nobody named one
 */
record CredentialsFolder(@Nullable Path folder) {
  /** Where an identity's credentials are, or would be. */
  Path file(Identity identity) {
    if (folder == null) {
      throw new PolicySyncUsageException("new credentials need a --credentials folder");
    }
    return folder.resolve(identity.label() + ".env");
  }

  /**
   * Writes an identity's credentials, durably, in place of earlier ones.
   *
   * @throws CredentialsNotWrittenException if the file cannot be written for its owner alone
   */
  void write(Identity identity, String secret) {
    Path file = file(identity);
    String text =
        "# "
            + identity.label()
            + ", by akidb sync-policies\nAKIDB_ACCESS_KEY="
            + identity.account()
            + "\nAKIDB_SECRET_KEY="
            + secret
            + "\n";
    try {
      Path parent = Objects.requireNonNull(file.toAbsolutePath().getParent());
      Files.createDirectories(
          parent,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Path hidden = parent.resolve("." + file.getFileName() + ".new");
      Files.deleteIfExists(hidden);
      try (FileChannel channel =
          FileChannel.open(
              hidden,
              Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          var unused = channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(hidden, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | UnsupportedOperationException e) {
      throw new CredentialsNotWrittenException(
          "cannot write " + file + " for its owner alone: " + e.getMessage(), e);
    }
  }
}
