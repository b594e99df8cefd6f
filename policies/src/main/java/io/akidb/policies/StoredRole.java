package io.akidb.policies;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A role as the bucket keeps it, also when it is deleted: the name stays noted, so that another
 * role of the same name is not made while grants of this one may still be on their way.
 *
 * @param deletedAt RFC 3339 UTC; null if it is not
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record StoredRole(
    @JsonProperty("name") String name,
    @JsonProperty("permissions") Set<Permission> permissions,
    @JsonProperty("row_filter") @Nullable String rowFilter,
    @JsonProperty("deleted_at") @Nullable String deletedAt) {

  StoredRole {
    permissions = Set.copyOf(permissions);
    if (deletedAt == null) {
      // Says what is wrong with it.
      Role unused = new Role(name, permissions, rowFilter);
    } else {
      Grant.requireTime(deletedAt);
    }
  }

  static StoredRole of(Role role) {
    return new StoredRole(role.name(), role.permissions(), role.rowFilter(), null);
  }

  static StoredRole deleted(String name, Instant at) {
    return new StoredRole(name, Set.of(), null, at.toString());
  }

  /** Empty if it is deleted. */
  Optional<Role> role() {
    return deletedAt == null
        ? Optional.of(new Role(name, permissions, rowFilter))
        : Optional.empty();
  }
}
