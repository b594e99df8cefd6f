package io.akidb.policies;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Whose e-mail address is whose: one user of a tenant has it, in whatever case it is written. Noted
 * in sixteen objects of each tenant, as hash and user's id, so that of users made at the same time
 * with one address exactly one succeeds. A note is a claim first, and confirmed once its user is
 * written. It counts only as long as its user is there: what a crash or a deletion leaves keeps
 * nobody from the address. Thread-safe.
 */
final class Emails {
  /** An object with more notes than this loses those of users that are no more. */
  static final int NOTES_MAX = Users.USERS_MAX + 1000;

  // Before the id of a user that may not have been written yet.
  private static final String CLAIM = "claim-";
  // 70 bytes a note.
  private static final int BYTES_MAX = 1 << 20;
  private static final int HASH_BYTES = 16;
  private static final int HELPERS_MAX = 15;
  private static final int PAGE_LIMIT = 1000;

  /** Hashes of addresses, and the ids of the users that have them, or claims of them. */
  record Notes(@JsonProperty("users") SortedMap<String, String> users) {
    Notes with(String hash, String note) {
      SortedMap<String, String> more = new TreeMap<>(users);
      more.put(hash, note);
      return new Notes(more);
    }

    Notes of(Set<String> userIds) {
      SortedMap<String, String> fewer = new TreeMap<>(users);
      fewer.values().removeIf(note -> !userIds.contains(userOf(note)));
      return new Notes(fewer);
    }
  }

  /** In which object an address is noted, and as what. */
  private record Place(String object, String hash) {
    static Place of(String email) {
      String same = Normalizer.normalize(email, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
      byte[] hash = sha256(same.getBytes(StandardCharsets.UTF_8));
      return new Place(
          HexFormat.of().toHexDigits(hash[0]).substring(0, 1),
          Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, HASH_BYTES)));
    }
  }

  private final Documents<Notes> documents;
  private final Documents<User> users;
  private final Executor helpers;

  /**
   * Works on the given bucket.
   *
   * @param helpers read the users of a tenant that has no notes yet, beside the caller; refuse work
   *     rather than queue it without bound
   */
  Emails(ObjectStore store, Documents<User> users, Executor helpers) {
    this.documents = new Documents<>(store, "user-emails", Notes.class, BYTES_MAX);
    this.users = users;
    this.helpers = helpers;
  }

  /**
   * Claims an address for a user that is about to be written, so that most are told before anything
   * is there.
   *
   * @throws PolicyConflictException if another user has it
   */
  void claim(@Nullable TenantId owner, String email, String userId) {
    note(owner, Place.of(email), CLAIM + userId);
  }

  /**
   * Notes an address as that of a user that is written. Until then somebody else may have taken it
   * for nobody's: of two users that are there the one that is noted stays.
   *
   * @throws PolicyConflictException if another user has it
   */
  void confirm(@Nullable TenantId owner, String email, String userId) {
    note(owner, Place.of(email), userId);
  }

  private void note(@Nullable TenantId owner, Place place, String note) {
    try {
      if (isNoted(owner, place, note)) {
        return;
      }
      noteAll(owner, place.object());
    } catch (CorruptPolicyException e) {
      // Whoever was faster noted the same.
      documents.replaceDamaged(
          owner,
          place.object(),
          () -> found(owner).getOrDefault(place.object(), new Notes(new TreeMap<>())));
    }
    if (!isNoted(owner, place, note)) {
      throw new PolicyConflictException("the tenant is being removed");
    }
  }

  /** False if nothing is noted of the tenant yet. */
  private boolean isNoted(@Nullable TenantId owner, Place place, String note) {
    return documents
        .update(owner, place.object(), notes -> noted(owner, notes, place.hash(), note))
        .isPresent();
  }

  // That a claim is confirmed changes the object, although it is the user's own already: who looked
  // for that user before it was there must not succeed in noting another one.
  private Notes noted(@Nullable TenantId owner, Notes notes, String hash, String note) {
    String present = notes.users().get(hash);
    String userId = userOf(note);
    if (note.equals(present) || userId.equals(present)) {
      return notes;
    }
    if (present != null
        && !userOf(present).equals(userId)
        && users.exists(owner, userOf(present))) {
      throw new PolicyConflictException(
          "email", "is another user's already; case makes no difference");
    }
    Notes kept = notes.users().size() < NOTES_MAX ? notes : notes.of(users.ids(owner));
    return kept.with(hash, note);
  }

  private static String userOf(String note) {
    return note.startsWith(CLAIM) ? note.substring(CLAIM.length()) : note;
  }

  /** Notes users that were made before addresses were: the first of those that share one has it. */
  private void noteAll(@Nullable TenantId owner, String object) {
    Map<String, Notes> found = found(owner);
    found.putIfAbsent(object, new Notes(new TreeMap<>()));
    found.forEach(
        (name, notes) -> {
          if (!documents.exists(owner, name)) {
            try {
              documents.create(owner, name, notes);
            } catch (PolicyConflictException e) {
              // Somebody else noted the same.
            }
          }
        });
  }

  private Map<String, Notes> found(@Nullable TenantId owner) {
    PageReader reader = new PageReader(helpers, HELPERS_MAX, () -> false);
    Map<String, Notes> found = new HashMap<>();
    String cursor = null;
    do {
      PolicyPage<User> page = users.list(owner, cursor, PAGE_LIMIT, reader);
      for (User user : page.items()) {
        if (user.kind() == User.Kind.USER) {
          Place place = Place.of(user.name());
          found
              .computeIfAbsent(place.object(), name -> new Notes(new TreeMap<>()))
              .users()
              .putIfAbsent(place.hash(), user.userId());
        }
      }
      cursor = page.nextCursor();
    } while (cursor != null);
    return found;
  }

  /** Forgets all addresses of a tenant that is purged. */
  void deleteAllOf(TenantId owner) {
    documents.deleteAllOf(owner);
  }

  private static byte[] sha256(byte[] text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
