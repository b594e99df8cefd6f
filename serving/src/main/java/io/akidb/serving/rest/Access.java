package io.akidb.serving.rest;

/** Who may call a route. */
enum Access {
  /** Anybody: health. */
  OPEN,
  /** Whoever shows an API key itself, rather than a token. */
  KEY_HOLDER,
  /** An operator of the platform. */
  OPERATOR,
  /** An operator, or somebody of the tenant that the path names. */
  NAMED_TENANT,
  /** Somebody of a tenant, or an operator who chooses one. */
  TENANT
}
