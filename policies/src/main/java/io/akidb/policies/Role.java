package io.akidb.policies;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A named set of permissions, and a predicate that hides rows. {@code operator}, {@code admin},
 * {@code editor} and {@code viewer} are built in; others are a tenant's own.
 *
 * @param name lower-case letters, digits, {@code -} and {@code _}; at most 64
 * @param permissions at least one
 * @param rowFilter a filter as searches take it, as JSON text of at most 16 KiB: only rows that
 *     match it exist for whoever has the role; null hides nothing. This room does not read it
 */
public record Role(
    @JsonProperty("name") String name,
    @JsonProperty("permissions") Set<Permission> permissions,
    @JsonProperty("row_filter") @Nullable String rowFilter) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");

  /** Runs the platform: everything, for every tenant. */
  public static final Role OPERATOR = new Role("operator", EnumSet.allOf(Permission.class), null);

  /** Runs one tenant: everything within it. */
  public static final Role ADMIN =
      new Role("admin", EnumSet.complementOf(EnumSet.of(Permission.PLATFORM_OPERATE)), null);

  /** Writes. */
  public static final Role EDITOR =
      new Role(
          "editor",
          EnumSet.of(
              Permission.COLLECTIONS_CREATE,
              Permission.COLLECTIONS_UPDATE,
              Permission.COLLECTIONS_READ,
              Permission.VECTORS_SEARCH,
              Permission.VECTORS_INSERT,
              Permission.VECTORS_DELETE),
          null);

  /** Reads. */
  public static final Role VIEWER =
      new Role("viewer", EnumSet.of(Permission.COLLECTIONS_READ, Permission.VECTORS_SEARCH), null);

  /** Those that every tenant has, and the operators'. */
  public static final List<Role> BUILT_IN = List.of(OPERATOR, ADMIN, EDITOR, VIEWER);

  /** Longest row filter, in characters. */
  public static final int ROW_FILTER_LENGTH_MAX = 16 << 10;

  /**
   * Checks the bounds.
   *
   * @throws InvalidPolicyException naming the field
   */
  public Role {
    requireName(name, "name");
    if (permissions.isEmpty()) {
      throw new InvalidPolicyException("permissions", "must have at least one");
    }
    permissions = Set.copyOf(permissions);
    if (rowFilter != null && rowFilter.length() > ROW_FILTER_LENGTH_MAX) {
      throw new InvalidPolicyException(
          "row_filter", "may have at most " + ROW_FILTER_LENGTH_MAX + " characters");
    }
  }

  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  static String requireName(String name, String field) {
    if (!isName(name)) {
      throw new InvalidPolicyException(
          field,
          "must have 1 to 64 lower-case letters, digits, '-' or '_', and start with a letter or"
              + " digit");
    }
    return name;
  }

  /** The built-in role of a name. */
  public static Optional<Role> builtIn(String name) {
    return BUILT_IN.stream().filter(role -> role.name().equals(name)).findFirst();
  }

  /** Whether the role has the permission. */
  public boolean has(Permission permission) {
    return permissions.contains(permission);
  }
}
