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
 * <p>A secret is first kept in a hidden file, then told to the store, and its file handed out once
 * the store lets the identity do what it is for. A hidden file that is still there when nobody
 * works on it tells that this did not come to its end: whether the store knows that secret is not
 * known, so that the identity needs another one.
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

  private Path hidden(Identity identity) {
    Path file = file(identity);
    Path parent = Objects.requireNonNull(file.toAbsolutePath().getParent());
    return parent.resolve("." + file.getFileName() + ".new");
  }

  /** Whether a secret was kept for an identity and its file never handed out. */
  boolean isUnfinished(Identity identity) {
    return folder != null && Files.exists(hidden(identity));
  }

  /**
   * Keeps an identity's credentials, durably, without handing them out.
   *
   * @throws CredentialsNotWrittenException if the file cannot be written for its owner alone
   */
  void keep(Identity identity, String secret) {
    Path hidden = hidden(identity);
    String text =
        "# "
            + identity.label()
            + ", by akidb sync-policies\nAKIDB_ACCESS_KEY="
            + identity.account()
            + "\nAKIDB_SECRET_KEY="
            + secret
            + "\n";
    try {
      Files.createDirectories(
          Objects.requireNonNull(hidden.getParent()),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
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
    } catch (IOException | UnsupportedOperationException e) {
      throw new CredentialsNotWrittenException(
          "cannot write " + file(identity) + " for its owner alone: " + e.getMessage(), e);
    }
  }

  /**
   * Hands out what was kept, in place of earlier credentials.
   *
   * @throws CredentialsNotWrittenException if the file cannot be given its name
   */
  void handOut(Identity identity) {
    Path file = file(identity);
    try {
      Files.move(
          hidden(identity),
          file,
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new CredentialsNotWrittenException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }
}
