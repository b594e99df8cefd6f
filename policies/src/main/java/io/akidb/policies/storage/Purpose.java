package io.akidb.policies.storage;

import java.util.List;
import java.util.Locale;

/** What an identity of the object store is for; it decides what the identity may do. */
public enum Purpose {
  /**
   * A tenant's streaming ingest: writes segments, commits them, and never lists or reads an index.
   */
  INGEST,
  /** A tenant's bulk build: reads all of its collections, writes indexes, collects garbage. */
  BUILD,
  /** Reads a tenant's collections and nothing else, as for exports. */
  READ,
  /** A node, which serves every tenant. */
  NODE;

  /** Those of which each tenant has one. */
  public static final List<Purpose> OF_TENANTS = List.of(INGEST, BUILD, READ);

  /** The name in policies, files and messages. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
