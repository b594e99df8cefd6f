package io.akidb.policies;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A named set of permissions. */
public enum Role {
  /** Runs the platform: everything, for every tenant. */
  @JsonProperty("operator")
  OPERATOR,
  /** Runs one tenant: everything within it. */
  @JsonProperty("admin")
  ADMIN;

  /** Whether the role has the permission. */
  public boolean has(Permission permission) {
    return switch (this) {
      case OPERATOR -> true;
      case ADMIN -> permission != Permission.TENANTS_MANAGE;
    };
  }
}
