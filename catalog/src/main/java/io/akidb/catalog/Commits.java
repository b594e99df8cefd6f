package io.akidb.catalog;

import io.akidb.objectstore.ObjectContent;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectNotFoundException;
import io.akidb.objectstore.ObjectStoreException;
import io.akidb.objectstore.OutcomeUnknownException;
import io.akidb.objectstore.PreconditionFailedException;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantNamespace;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Replaces the head of one collection, one generation at a time.
 *
 * <p>A commit puts what the head is now under {@code generations/{g}.json} and then compares and
 * swaps the head. All who race write the same bytes there, so it needs no condition, and every
 * generation below the head's has its object. The random commit id in each head tells whose commit
 * a generation is when the answer to the swap was lost.
 */
final class Commits {
  /** The most that is read for a head. A typical one has 20 KiB, the fullest less than 128. */
  static final int HEAD_BYTES_MAX = 1 << 20;

  private static final int RACES_MAX = 64;
  private static final int LOOKS_MAX = 12;

  /** What a commit does. May be asked several times, on different bases. */
  @FunctionalInterface
  interface Change {
    /** The content that shall follow {@code base}, or null when nothing is to be done. */
    @Nullable Head apply(Head base);
  }

  /** How one swap ended: with our commit, or with a head that is another's. */
  private record Outcome(boolean won, Manifest manifest) {}

  private final Bucket bucket;
  private final TenantNamespace namespace;
  private final CollectionName name;
  private final String headKey;

  Commits(Bucket bucket, TenantNamespace namespace, CollectionName name) {
    this.bucket = bucket;
    this.namespace = namespace;
    this.name = name;
    this.headKey = namespace.headKey(name);
  }

  /**
   * The head, be it live or dropped.
   *
   * @throws CollectionNotFoundException if there never was one
   */
  Manifest read() {
    try {
      return manifestOf(bucket.store().get(headKey, HEAD_BYTES_MAX));
    } catch (ObjectNotFoundException e) {
      throw new CollectionNotFoundException(name);
    }
  }

  /** The head unless it still has an entity tag. */
  @Nullable Manifest readIfChanged(String etag) {
    try {
      ObjectContent content = bucket.store().getIfChanged(headKey, etag, HEAD_BYTES_MAX);
      return content == null ? null : manifestOf(content);
    } catch (ObjectNotFoundException e) {
      throw new CollectionNotFoundException(name);
    }
  }

  /** A generation that is no longer the head, or empty if it is not kept. */
  Optional<Manifest> readGeneration(long generation) {
    try {
      byte[] json =
          bucket.store().get(namespace.generationKey(name, generation), HEAD_BYTES_MAX).bytes();
      Head head = decode(json);
      if (head.generation() != generation) {
        throw new CorruptManifestException(
            "generations/" + generation + ": is generation " + head.generation(), null);
      }
      return Optional.of(new Manifest(head, Manifest.ETAG_NONE, json));
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    }
  }

  private Manifest manifestOf(ObjectContent content) {
    return new Manifest(decode(content.bytes()), content.metadata().etag(), content.bytes());
  }

  private Head decode(byte[] json) {
    Head head = ManifestJson.decode(json);
    if (!head.tenant().equals(namespace.tenant()) || !head.name().equals(name)) {
      throw new CorruptManifestException("manifest: belongs to another collection", null);
    }
    return head;
  }

  /**
   * Commits a change, over again when others were faster.
   *
   * @param hint where to start if it is still the head, or null; saves reading the head
   * @return the committed generation, or the newest one if there was nothing to do
   */
  Manifest commit(@Nullable Manifest hint, Change change) {
    Manifest base = hint;
    if (base != null && !base.etag().equals(Manifest.ETAG_NONE)) {
      Manifest committed = tryFrom(base, change);
      if (committed != null) {
        return committed;
      }
    }
    base = read();
    for (int race = 0; race < RACES_MAX; race++) {
      Head next = change.apply(base.head());
      if (next == null) {
        return base;
      }
      Outcome outcome = commitOnce(base, next);
      if (outcome.won()) {
        return outcome.manifest();
      }
      if (!bucket.surroundings().backOff(race)) {
        break;
      }
      base = read();
    }
    throw new CommitContentionException(RACES_MAX);
  }

  /** One attempt on what may be stale: an objection or a "nothing to do" must not count then. */
  private @Nullable Manifest tryFrom(Manifest hint, Change change) {
    Head next;
    try {
      next = change.apply(hint.head());
    } catch (CatalogException | IllegalArgumentException e) {
      return null;
    }
    if (next == null) {
      return null;
    }
    Outcome outcome = commitOnce(hint, next);
    return outcome.won() ? outcome.manifest() : null;
  }

  private Outcome commitOnce(Manifest base, Head draft) {
    Surroundings surroundings = bucket.surroundings();
    UUID commitId = surroundings.randomId();
    Head next = draft.next(commitId, surroundings.now());
    if (!base.head().dropped()) {
      bucket.put(namespace.generationKey(name, base.generation()), base.json());
    }
    return swap(base, next);
  }

  /**
   * Swaps the head. While nobody can tell whether it happened, the same swap is tried again: its
   * bytes and its condition are the same, so that it happens once at most.
   */
  private Outcome swap(Manifest base, Head next) {
    byte[] json = ManifestJson.encode(next);
    if (json.length > HEAD_BYTES_MAX) {
      throw new IllegalStateException("the manifest would have " + json.length + " bytes");
    }
    boolean uncertain = false;
    ObjectStoreException last = null;
    for (int look = 0; look < LOOKS_MAX; look++) {
      try {
        ObjectMetadata written = bucket.store().compareAndSwap(headKey, base.etag(), json);
        return new Outcome(true, new Manifest(next, written.etag(), json));
      } catch (PreconditionFailedException e) {
        last = e;
      } catch (OutcomeUnknownException e) {
        uncertain = true;
        last = e;
      } catch (ObjectStoreException e) {
        if (!uncertain) {
          throw e;
        }
        last = e;
      }
      try {
        Outcome outcome = look(next, json, uncertain);
        if (outcome != null) {
          return outcome;
        }
      } catch (ObjectStoreException e) {
        if (!uncertain) {
          throw e;
        }
        last = e;
      }
      if (!bucket.surroundings().backOff(look)) {
        break;
      }
    }
    throw new CommitOutcomeUnknownException(
        "generation " + next.generation() + " of '" + name + "' may have been committed or not",
        last);
  }

  /** Whose the generation is; null while it is nobody's and our swap may still happen. */
  private @Nullable Outcome look(Head mine, byte[] json, boolean uncertain) {
    Manifest current = read();
    if (current.generation() == mine.generation()) {
      return new Outcome(current.commitId().equals(mine.commitId()), current);
    }
    if (!uncertain) {
      return new Outcome(false, current);
    }
    if (current.generation() < mine.generation()) {
      return null;
    }
    Optional<Manifest> there = readGeneration(mine.generation());
    if (there.isPresent()) {
      boolean won = there.get().commitId().equals(mine.commitId());
      return new Outcome(won, won ? new Manifest(mine, Manifest.ETAG_NONE, json) : current);
    }
    if (current.head().dropped() || !current.collectionId().equals(mine.collectionId())) {
      throw new CollectionNotFoundException(name);
    }
    throw new CommitOutcomeUnknownException(
        "generation " + mine.generation() + " of '" + name + "' is no longer kept", null);
  }

  /**
   * Writes the first head a name ever has.
   *
   * @return its manifest, or null if somebody else's is there
   */
  @Nullable Manifest createFirst(Head head) {
    byte[] json = ManifestJson.encode(head);
    boolean uncertain = false;
    ObjectStoreException last = null;
    for (int look = 0; look < LOOKS_MAX; look++) {
      try {
        ObjectMetadata written = bucket.store().putIfAbsent(headKey, json);
        return new Manifest(head, written.etag(), json);
      } catch (PreconditionFailedException e) {
        last = e;
      } catch (OutcomeUnknownException e) {
        uncertain = true;
        last = e;
      } catch (ObjectStoreException e) {
        if (!uncertain) {
          throw e;
        }
        last = e;
      }
      try {
        // The collection's id is ours alone, and others may have committed to it since.
        Manifest current = read();
        return current.collectionId().equals(head.collectionId()) ? current : null;
      } catch (CollectionNotFoundException e) {
        // Not there yet: once more, with the same bytes.
      } catch (ObjectStoreException e) {
        if (!uncertain) {
          throw e;
        }
        last = e;
      }
      if (!bucket.surroundings().backOff(look)) {
        break;
      }
    }
    throw new CommitOutcomeUnknownException("'" + name + "' may have been created or not", last);
  }
}
