package io.akidb.policies.audit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * Something that is not as the writers left it.
 *
 * @param kind what
 * @param key the object's
 * @param detail for people
 */
public record Finding(Kind kind, String key, String detail) {
  /** What is wrong. */
  public enum Kind {
    /** A batch that others tell of is not there. */
    MISSING,
    /** A batch is not the one that others tell of, or does not follow the one before it. */
    CHANGED,
    /** It is not signed by the key of its chain. */
    FORGED,
    /** It cannot be read. */
    UNREADABLE,
    /** The chain's key is vouched for by no root key. */
    UNVOUCHED
  }

  /** As one JSON object. */
  public ObjectNode json() {
    return Json.object()
        .put("type", "finding")
        .put("kind", kind.name().toLowerCase(Locale.ROOT))
        .put("key", key)
        .put("detail", detail);
  }
}
