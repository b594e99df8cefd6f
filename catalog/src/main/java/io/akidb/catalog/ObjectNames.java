package io.akidb.catalog;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/** Reads the last part of a key that a listing answered. */
final class ObjectNames {
  private ObjectNames() {}

  /** The UUID between a prefix and a suffix, or empty if there is none. */
  static Optional<UUID> uuid(String key, String prefix, String suffix) {
    Optional<String> name = between(key, prefix, suffix);
    try {
      return name.map(UUID::fromString).filter(uuid -> uuid.toString().equals(name.get()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The decimal number between a prefix and a suffix, or empty if there is none. */
  static OptionalLong number(String key, String prefix, String suffix) {
    String digits = between(key, prefix, suffix).orElse("");
    try {
      return digits.matches("[0-9]{1,19}")
          ? OptionalLong.of(Long.parseLong(digits))
          : OptionalLong.empty();
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static Optional<String> between(String key, String prefix, String suffix) {
    return key.length() > prefix.length() + suffix.length()
            && key.startsWith(prefix)
            && key.endsWith(suffix)
        ? Optional.of(key.substring(prefix.length(), key.length() - suffix.length()))
        : Optional.empty();
  }
}
