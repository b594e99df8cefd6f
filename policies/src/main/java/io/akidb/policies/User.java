package io.akidb.policies;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import io.akidb.tenancy.TenantId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A person, or a program with an identity of its own.
 *
 * @param userId a random UUID
 * @param tenant whose; null for one of the platform's operators
 * @param kind which of the two
 * @param name a person's e-mail address, a service account's name
 * @param grants what it may do; at most 64
 * @param createdAt RFC 3339 UTC
 */
public record User(
    @JsonProperty("user_id") String userId,
    @JsonProperty("tenant_id") @Nullable TenantId tenant,
    @JsonProperty("kind") Kind kind,
    @JsonProperty("name") String name,
    @JsonProperty("grants") List<Grant> grants,
    @JsonProperty("created_at") String createdAt) {
  /** Persons and programs. */
  public enum Kind {
    /** A person. */
    USER,
    /** A program. */
    SERVICE_ACCOUNT;

    /** The name on the wire. */
    @JsonValue
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The kind of a name.
     *
     * @throws InvalidPolicyException if there is none
     */
    @JsonCreator
    public static Kind ofWireName(String name) {
      return Arrays.stream(values())
          .filter(kind -> kind.wireName().equals(name))
          .findFirst()
          .orElseThrow(
              () -> new InvalidPolicyException("kind", "must be 'user' or 'service_account'"));
    }
  }

  /** Most grants of one user or key. */
  public static final int GRANTS_MAX = 64;

  private static final int EMAIL_LENGTH_MAX = 254;
  private static final Pattern EMAIL =
      Pattern.compile("[^@\\s\\p{Cntrl}]{1,64}@[^@\\s\\p{Cntrl}]+");

  /**
   * Checks the bounds.
   *
   * @throws InvalidPolicyException naming the field
   */
  public User {
    if (kind == Kind.SERVICE_ACCOUNT) {
      Role.requireName(name, "name");
    } else if (name.length() > EMAIL_LENGTH_MAX || !EMAIL.matcher(name).matches()) {
      throw new InvalidPolicyException("email", "must be an e-mail address");
    }
    grants = requireFit(grants, tenant);
  }

  /** Grants that fit their owner: only the platform's are operators, and they are nothing else. */
  static List<Grant> requireFit(List<Grant> grants, @Nullable TenantId tenant) {
    if (grants.size() > GRANTS_MAX) {
      throw new InvalidPolicyException("grants", "are more than " + GRANTS_MAX);
    }
    for (Grant grant : grants) {
      if (grant.role().equals(Role.OPERATOR.name()) != (tenant == null)) {
        throw new InvalidPolicyException(
            "role", "'operator' belongs to the platform, every other role to a tenant");
      }
    }
    return List.copyOf(grants);
  }

  User plus(Grant grant) {
    List<Grant> more = new ArrayList<>(grants);
    if (!more.contains(grant)) {
      more.add(grant);
    }
    return new User(userId, tenant, kind, name, more, createdAt);
  }

  User minus(String role) {
    List<Grant> fewer = grants.stream().filter(grant -> !grant.role().equals(role)).toList();
    return new User(userId, tenant, kind, name, fewer, createdAt);
  }

  /** For messages, logs and the audit: never a secret. */
  public String principalId() {
    return kind.wireName() + ":" + userId;
  }
}
