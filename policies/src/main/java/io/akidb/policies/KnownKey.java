package io.akidb.policies;

import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An API key as it was looked up, and what every call asks of it, computed once. Immutable. */
final class KnownKey {
  private final ApiKeyDescriptor descriptor;
  private final byte[] secretHash;
  private final String fingerprint;
  private final @Nullable Instant end;
  private final @Nullable Principal owner;

  /**
   * Of a key.
   *
   * @throws CorruptApiKeyException if its hash is none
   */
  KnownKey(ApiKeyDescriptor descriptor) {
    this.descriptor = descriptor;
    try {
      this.secretHash = HexFormat.of().parseHex(descriptor.secretSha256());
    } catch (IllegalArgumentException e) {
      throw new CorruptApiKeyException(
          "the object of API key " + descriptor.keyId() + " cannot be read");
    }
    this.fingerprint = ApiKeys.hex(ApiKeys.sha256(descriptor.secretSha256()));
    this.end = descriptor.end();
    this.owner = descriptor.userId() == null ? owner(descriptor) : null;
  }

  private static Principal owner(ApiKeyDescriptor key) {
    List<Grant> grants = key.grants() == null ? List.of() : key.grants();
    return new Principal("key:" + key.keyId(), key.tenant(), grants, null, key.keyId(), key.end());
  }

  /** Tells one secret under a key's id from another, without giving it away. */
  String fingerprint() {
    return fingerprint;
  }

  /** For whom it is, if it is good now. */
  Optional<Principal> principal(Users users, Instant now) {
    if (end != null && !now.isBefore(end)) {
      return Optional.empty();
    }
    if (descriptor.userId() == null) {
      return Optional.ofNullable(owner);
    }
    return users
        .find(descriptor.tenant(), descriptor.userId())
        .map(
            user ->
                new Principal(
                    user.principalId(),
                    user.tenant(),
                    user.grants(),
                    descriptor.grants(),
                    descriptor.keyId(),
                    end));
  }

  /** Whether it is this secret's; takes as long whichever character is wrong. */
  boolean isOf(byte[] presentedHash) {
    return MessageDigest.isEqual(secretHash, presentedHash);
  }
}
