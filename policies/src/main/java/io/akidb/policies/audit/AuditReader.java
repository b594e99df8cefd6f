package io.akidb.policies.audit;

import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectNotFoundException;
import io.akidb.objectstore.ObjectStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads events. Thread-safe. It does not look at signatures: that is {@link AuditVerifier}'s.
 *
 * <p>Batches of several nodes stand in one listing, by the time of their last event, so that events
 * are in order within each node, and across nodes but for what a batch spans.
 */
public final class AuditReader {
  /** Batches that one page reads at the most. */
  static final int BATCHES_MAX = 200;

  private static final int PAGE = 1000;
  private static final int BATCH_BYTES_MAX = 64 << 20;
  private static final int FINISHED = -1;
  private static final int UNREADABLE = -2;
  private static final Pattern CURSOR = Pattern.compile("(.{1,80})\\+([0-9]{1,6})");

  private final ObjectStore store;

  /** Reads the bucket; does not close it. */
  public AuditReader(ObjectStore store) {
    this.store = store;
  }

  private record Position(String name, int skip) {}

  /**
   * A page of events.
   *
   * @throws InvalidAuditRequestException if the cursor is not one that a page gave out
   */
  public AuditPage query(AuditQuery query) {
    String prefix = AuditKeys.log(query.log());
    Position position = start(query);
    List<AuditRecord> found = new ArrayList<>();
    int batches = 0;
    int unreadable = 0;
    // The name of a cursor is of a batch that may not be finished: it is listed again.
    String after = position.name().isEmpty() ? null : before(position.name());
    while (true) {
      ListPage page = store.list(prefix, after == null ? null : prefix + after, PAGE);
      for (ObjectMetadata object : page.objects()) {
        String name = object.key().substring(prefix.length());
        Optional<BatchName> parsed = BatchName.of(name);
        if (parsed.isEmpty() || name.compareTo(position.name()) < 0) {
          continue;
        }
        if (isPast(query.to(), parsed.get())) {
          return new AuditPage(found, unreadable, null);
        }
        if (batches++ == BATCHES_MAX) {
          return new AuditPage(found, unreadable, name + "+0");
        }
        int skip = name.equals(position.name()) ? position.skip() : 0;
        int stopped = take(query, object.key(), skip, found);
        if (stopped == UNREADABLE) {
          unreadable++;
        } else if (stopped >= 0) {
          return new AuditPage(found, unreadable, name + "+" + stopped);
        }
      }
      String next = page.nextStartAfter();
      if (next == null) {
        return new AuditPage(found, unreadable, null);
      }
      after = next.substring(prefix.length());
    }
  }

  // A listing starts after a key; this one is just before the name, whose last character is no dot.
  private static String before(String name) {
    return name.substring(0, name.length() - 1);
  }

  private static Position start(AuditQuery query) {
    String cursor = query.cursor();
    if (cursor != null) {
      Matcher parts = CURSOR.matcher(cursor);
      if (!parts.matches() || BatchName.of(parts.group(1)).isEmpty()) {
        throw new InvalidAuditRequestException("cursor", "is not one that this list gave out");
      }
      return new Position(parts.group(1), Integer.parseInt(parts.group(2)));
    }
    Instant from = query.from();
    return new Position(from == null ? "" : BatchName.time(millis(from)) + "-", 0);
  }

  // Names sort by their batch's last event, and a batch spans a bounded time; a second for
  // rounding.
  private static boolean isPast(@Nullable Instant to, BatchName name) {
    return to != null && name.lastAtMs() > millis(to) + AuditLog.SPAN_MAX.toMillis() + 1000;
  }

  private static long millis(Instant instant) {
    return Math.max(0, Math.min(instant.getEpochSecond(), 99_999_999_999L) * 1000);
  }

  /** Adds a batch's events; answers the index to go on at if the page is full, or why not. */
  private int take(AuditQuery query, String key, int skip, List<AuditRecord> found) {
    List<AuditRecord> records = new ArrayList<>();
    try {
      for (String line : Signed.read(store.get(key, BATCH_BYTES_MAX).bytes()).rest()) {
        records.add(AuditRecord.of(Json.parse(line)));
      }
    } catch (ObjectNotFoundException e) {
      // Purged with its tenant since it was listed.
      return FINISHED;
    } catch (CorruptAuditException e) {
      return UNREADABLE;
    }
    for (int i = skip; i < records.size(); i++) {
      if (query.wants(records.get(i))) {
        if (found.size() == query.limit()) {
          return i;
        }
        found.add(records.get(i));
      }
    }
    return FINISHED;
  }
}
