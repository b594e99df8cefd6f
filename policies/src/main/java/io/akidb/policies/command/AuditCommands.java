package io.akidb.policies.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.objectstore.ObjectStore;
import io.akidb.policies.audit.AuditPage;
import io.akidb.policies.audit.AuditQuery;
import io.akidb.policies.audit.AuditReader;
import io.akidb.policies.audit.AuditVerifier;
import io.akidb.policies.audit.Outcome;
import io.akidb.policies.audit.Verification;
import io.akidb.tenancy.InvalidNameException;
import io.akidb.tenancy.TenantId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@code audit-verify} and {@code audit-export}. */
final class AuditCommands {
  static final Set<String> VERIFY = Set.of("--root-key", "--checkpoint");
  static final Set<String> EXPORT =
      Set.of("--tenant", "--from", "--to", "--who", "--action", "--outcome");

  private static final int PAGE = 1000;
  private static final long FILE_BYTES_MAX = 64 << 20;

  private final ObjectStore store;
  private final Consumer<ObjectNode> out;

  AuditCommands(ObjectStore store, Consumer<ObjectNode> out) {
    this.store = store;
    this.out = out;
  }

  /**
   * Verifies, and keeps the heads in the checkpoint's file if all is sound.
   *
   * @return whether all is sound
   */
  boolean verify(Options options) {
    String rootKey = options.get("--root-key");
    String checkpoint = options.get("--checkpoint");
    List<String> known = List.of();
    Path file = checkpoint == null ? null : Path.of(checkpoint);
    if (file != null && Files.exists(file)) {
      known = read(file, "--checkpoint").lines().toList();
    }
    Verification seen =
        new AuditVerifier(
                store, rootKey == null ? null : read(Path.of(rootKey), "--root-key"), known)
            .verify();
    seen.findings().forEach(finding -> out.accept(finding.json()));
    out.accept(seen.summary().put("root_key", rootKey != null).put("earlier_heads", known.size()));
    if (seen.isSound() && file != null) {
      replace(file, String.join("\n", seen.heads()) + "\n");
    }
    return seen.isSound();
  }

  /** Prints every event that the options select, in the order of the log. */
  void export(Options options) {
    AuditReader reader = new AuditReader(store);
    AuditQuery query =
        new AuditQuery(
            tenant(options.get("--tenant")),
            instant("--from", options.get("--from")),
            instant("--to", options.get("--to")),
            options.get("--who"),
            options.get("--action"),
            outcome(options.get("--outcome")),
            PAGE,
            null);
    int unreadable = 0;
    String next;
    do {
      AuditPage page = reader.query(query);
      page.records().forEach(record -> out.accept(record.json()));
      unreadable += page.unreadable();
      next = page.nextCursor();
      query = next == null ? query : query.after(next);
    } while (next != null);
    if (unreadable > 0) {
      throw new ToolFailedException(
          unreadable + " batches cannot be read, and their events are missing: run 'audit verify'");
    }
  }

  private static @Nullable TenantId tenant(@Nullable String text) {
    try {
      return text == null ? null : new TenantId(text);
    } catch (InvalidNameException e) {
      throw new UsageException("--tenant " + e.getMessage());
    }
  }

  private static @Nullable Instant instant(String name, @Nullable String text) {
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeException e) {
      throw new UsageException(name + " is no time such as 2026-11-21T10:00:00Z");
    }
  }

  private static @Nullable Outcome outcome(@Nullable String text) {
    return text == null
        ? null
        : Outcome.ofLabel(text)
            .orElseThrow(
                () ->
                    new UsageException(
                        "--outcome is one of attempted, succeeded, unauthenticated, denied,"
                            + " failed"));
  }

  static String read(Path file, String option) {
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw new UsageException(option + ": " + file + " is too large");
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new UsageException(option + ": cannot read " + file);
    }
  }

  private static void replace(Path file, String text) {
    Path hidden = file.resolveSibling("." + file.getFileName() + ".new");
    try {
      Files.writeString(hidden, text);
      Files.move(hidden, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new ToolFailedException("cannot write the checkpoint " + file);
    }
  }
}
