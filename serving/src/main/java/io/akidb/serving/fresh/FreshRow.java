package io.akidb.serving.fresh;

import io.akidb.catalog.AttributeValue;
import io.akidb.catalog.Attributes;
import io.akidb.serving.filter.AttributeSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One version of an id that is not in the index yet. Immutable but for the mark that a newer one
 * has taken its place.
 */
public final class FreshRow implements AttributeSource {
  static final long ALIVE = Long.MAX_VALUE;
  static final int NO_SLOT = -1;

  private final String id;
  private final long order;
  private final long sequence;
  private final byte @Nullable [] payload;
  private final Map<String, AttributeValue> declared;
  private final int slot;
  private final boolean inIndex;
  private final long bornAt;
  private final @Nullable FreshRow previous;
  private volatile long diedAt = ALIVE;

  FreshRow(
      String id,
      long order,
      long sequence,
      byte @Nullable [] payload,
      Map<String, AttributeValue> declared,
      int slot,
      boolean inIndex,
      long bornAt,
      @Nullable FreshRow previous) {
    this.id = id;
    this.order = order;
    this.sequence = sequence;
    this.payload = payload;
    this.declared = declared;
    this.slot = slot;
    this.inIndex = inIndex;
    this.bornAt = bornAt;
    this.previous = previous;
  }

  /** The user's id. */
  public String id() {
    return id;
  }

  /** By which versions of one id are compared. */
  public long order() {
    return order;
  }

  /** Of the segment that it came in. */
  long sequence() {
    return sequence;
  }

  /** A JSON object in UTF-8, or null. Not to be changed. */
  public byte @Nullable [] payload() {
    return payload;
  }

  /** Whether it deletes. */
  public boolean isTombstone() {
    return slot == NO_SLOT;
  }

  @Override
  public @Nullable AttributeValue find(String attribute) {
    AttributeValue value = declared.get(attribute);
    return value != null ? value : Attributes.find(payload, attribute);
  }

  int slot() {
    return slot;
  }

  /** Whether an older version of the id is in the index below. */
  boolean inIndex() {
    return inIndex;
  }

  Map<String, AttributeValue> declared() {
    return declared;
  }

  void dieAt(long version) {
    diedAt = version;
  }

  boolean isVisibleAt(long version) {
    return bornAt <= version && diedAt > version;
  }

  /** What the id was at that version: this, an older one, or null. */
  @Nullable FreshRow at(long version) {
    FreshRow row = this;
    while (row != null && row.bornAt > version) {
      row = row.previous;
    }
    return row;
  }
}
