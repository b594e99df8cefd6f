package io.akidb.policies;

import io.akidb.tenancy.CollectionName;
import org.jspecify.annotations.Nullable;

/**
 * What within a tenant a call touches.
 *
 * @param collection one collection, or null
 * @param isSomeCollection whether it is one or more collections that are yet to be looked at one by
 *     one, as a list does
 */
public record Target(@Nullable CollectionName collection, boolean isSomeCollection) {
  private static final Target TENANT = new Target(null, false);
  private static final Target SOME = new Target(null, true);

  /** The tenant itself. */
  public static Target tenant() {
    return TENANT;
  }

  /** One collection. */
  public static Target of(CollectionName collection) {
    return new Target(collection, false);
  }

  /** Collections; each is to be asked for by {@link #of} before anything of it is shown. */
  public static Target someCollection() {
    return SOME;
  }
}
