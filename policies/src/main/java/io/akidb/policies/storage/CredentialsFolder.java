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
    return parent(file).resolve("." + file.getFileName() + ".new");
  }

  private static Path parent(Path file) {
    return Objects.requireNonNull(file.toAbsolutePath().getParent());
  }

  /** Whether a secret was kept for an identity and its file never handed out. */
  boolean isUnfinished(Identity identity) {
    return folder != null && Files.exists(hidden(identity));
  }

  /**
   * Keeps an identity's credentials, durably, without handing them out. Those that were kept before
   * stay until these are in their place: there is no moment at which it does not show that they
   * were not handed out.
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
      makeFolders(parent(hidden));
      // Of a run that was killed here: nobody was told what it holds.
      Path written = hidden.resolveSibling(hidden.getFileName() + ".part");
      Files.deleteIfExists(written);
      try (FileChannel channel =
          FileChannel.open(
              written,
              Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          var unused = channel.write(bytes);
        }
        channel.force(true);
      }
      rename(written, hidden);
    } catch (IOException | UnsupportedOperationException e) {
      throw new CredentialsNotWrittenException(
          "cannot write " + file(identity) + " for its owner alone: " + e.getMessage(), e);
    }
  }

  /**
   * Hands out what was kept, durably, in place of earlier credentials.
   *
   * @throws CredentialsNotWrittenException if the file cannot be given its name
   */
  void handOut(Identity identity) {
    Path file = file(identity);
    try {
      rename(hidden(identity), file);
    } catch (IOException e) {
      throw new CredentialsNotWrittenException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  private static void makeFolders(Path folder) throws IOException {
    Path present = folder;
    while (!Files.exists(present)) {
      present = parent(present);
    }
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    for (Path made = folder; !made.equals(present); made = parent(made)) {
      force(parent(made));
    }
  }

  private static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    force(parent(to));
  }

  /** Makes a folder's names durable. */
  private static void force(Path folder) throws IOException {
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    }
  }
}
