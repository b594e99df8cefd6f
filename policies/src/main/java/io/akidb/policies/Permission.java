package io.akidb.policies;

/** What a call needs. */
public enum Permission {
  /** Create, change, list and delete tenants. */
  TENANTS_MANAGE,
  /** Create a collection. */
  COLLECTIONS_CREATE,
  /** Change a collection, or ask for a build of its index. */
  COLLECTIONS_UPDATE,
  /** See a collection and its vectors. */
  COLLECTIONS_READ,
  /** Delete a collection. */
  COLLECTIONS_DELETE,
  /** Search. */
  VECTORS_SEARCH,
  /** Insert or replace vectors. */
  VECTORS_INSERT,
  /** Delete vectors. */
  VECTORS_DELETE
}
