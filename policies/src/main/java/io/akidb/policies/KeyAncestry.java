package io.akidb.policies;

import io.akidb.tenancy.QuotaExceededException;
import io.akidb.tenancy.TenantId;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which keys were made with which. Each key knows all that it comes from, so that none is lost when
 * one between them is revoked. Thread-safe.
 */
final class KeyAncestry {
  /** Most ancestors that a key knows; all keys' are read together when one is looked for. */
  static final int ANCESTORS_MAX = 100;

  private final KeyRecords records;
  private final Clock clock;

  KeyAncestry(KeyRecords records, Clock clock) {
    this.records = records;
    this.clock = clock;
  }

  /**
   * What the key of a maker was itself made with, nearest first. Of more than the bound those are
   * left out that are revoked, and if that is not enough, those that have ended.
   *
   * @param maker who makes a key; null for the node
   * @return null for none
   * @throws PolicyConflictException if the maker's key has just been revoked
   * @throws QuotaExceededException if too many are still good
   */
  @Nullable List<String> ofKeyMadeBy(@Nullable Principal maker) {
    String with = maker == null ? null : maker.keyId();
    if (with == null || with.equals(ApiKeys.CONFIGURED_ID)) {
      return null;
    }
    ApiKeyDescriptor key =
        records
            .find(with)
            .orElseThrow(
                () -> new PolicyConflictException("the API key of this call has been revoked"));
    String parent = key.createdWith();
    if (parent == null) {
      return null;
    }
    List<String> all = new ArrayList<>(List.of(parent));
    all.addAll(key.ancestors() == null ? List.of() : key.ancestors());
    return all.size() <= ANCESTORS_MAX ? all : fewer(all);
  }

  private List<String> fewer(List<String> all) {
    Map<String, ApiKeyDescriptor> there = new LinkedHashMap<>();
    for (String keyId : all) {
      Optional<ApiKeyDescriptor> found =
          KeyRecords.isId(keyId) ? records.find(keyId) : Optional.empty();
      found.ifPresent(key -> there.put(keyId, key));
    }
    if (there.size() > ANCESTORS_MAX) {
      there.values().removeIf(key -> key.isExpired(clock.instant()));
    }
    if (there.size() > ANCESTORS_MAX) {
      throw new QuotaExceededException(
          "max_api_key_ancestors",
          "max_api_key_ancestors: "
              + ANCESTORS_MAX
              + " keys that are still good were made one with another; revoke those that nobody"
              + " uses, or make the key with an earlier one");
    }
    return List.copyOf(there.keySet());
  }

  /** Keys of an owner that come from a key; in no order, without the key itself. */
  List<ApiKeyDescriptor> madeWith(@Nullable TenantId owner, String keyId) {
    Map<String, List<ApiKeyDescriptor>> made = new HashMap<>();
    String cursor = null;
    do {
      PolicyPage<ApiKeyDescriptor> page = records.list(owner, cursor, KeyRecords.PAGE_LIMIT_MAX);
      for (ApiKeyDescriptor key : page.items()) {
        note(made, key.createdWith(), key);
        if (key.ancestors() != null) {
          key.ancestors().forEach(ancestor -> note(made, ancestor, key));
        }
      }
      cursor = page.nextCursor();
    } while (cursor != null);
    // Also by what was made with those: keys of earlier versions know their maker's only.
    Map<String, ApiKeyDescriptor> found = new LinkedHashMap<>();
    Deque<String> open = new ArrayDeque<>(List.of(keyId));
    while (!open.isEmpty()) {
      for (ApiKeyDescriptor key : made.getOrDefault(open.remove(), List.of())) {
        if (!key.keyId().equals(keyId) && found.put(key.keyId(), key) == null) {
          open.add(key.keyId());
        }
      }
    }
    return List.copyOf(found.values());
  }

  private static void note(
      Map<String, List<ApiKeyDescriptor>> made, @Nullable String with, ApiKeyDescriptor key) {
    if (with != null) {
      made.computeIfAbsent(with, id -> new ArrayList<>()).add(key);
    }
  }
}
