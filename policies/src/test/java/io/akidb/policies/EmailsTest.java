package io.akidb.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** One user of a tenant has an address. */
class EmailsTest {
  private static final String EMAIL = "alice@example.org";
  private static final int AT_ONCE = 8;

  private final ObjectStore store = new InMemoryStore(Clock.systemUTC());
  private final TenantId acme = TenantId.random();
  private final Users users = new Users(store, Clock.systemUTC());
  private final Documents<User> records = new Documents<>(store, "users", User.class);
  private final Documents<Emails.Notes> notes =
      new Documents<>(store, "user-emails", Emails.Notes.class, 1 << 20);
  private final Emails emails = new Emails(store, records, PageReader.NO_HELPERS);

  private User create(TenantId tenant, String email) {
    return users.create(tenant, User.Kind.USER, email, List.of());
  }

  private static void assertTaken(Executable call) {
    assertThatThrownBy(call::execute)
        .isInstanceOfSatisfying(
            PolicyConflictException.class, e -> assertThat(e.field()).contains("email"));
  }

  /** As an earlier version made it, or a crash left it. */
  private User written(String email) {
    String id = UUID.randomUUID().toString();
    User user = new User(id, acme, User.Kind.USER, email, List.of(), "2026-01-01T00:00:00Z");
    records.create(acme, id, user);
    return user;
  }

  private List<User> all() {
    return users.list(acme, null, 1000).items();
  }

  @Test
  void address_isOneUsersOfATenant_inWhateverCase_untilTheUserIsDeleted() {
    User alice = create(acme, "Alice@Example.org");
    assertTaken(() -> create(acme, EMAIL));
    assertTaken(() -> create(acme, "ALICE@EXAMPLE.ORG"));
    assertThat(all()).containsExactly(alice);
    assertThat(alice.name()).isEqualTo("Alice@Example.org");

    create(TenantId.random(), EMAIL);
    create(acme, "alice@example.com");
    users.create(null, User.Kind.USER, EMAIL, List.of());
    users.create(acme, User.Kind.SERVICE_ACCOUNT, "job", List.of());
    users.create(acme, User.Kind.SERVICE_ACCOUNT, "job", List.of());

    users.delete(acme, alice.userId());
    assertThat(create(acme, EMAIL).userId()).isNotEqualTo(alice.userId());
  }

  @Test
  void usersMadeAtOnceWithOneAddress_areOne() throws Exception {
    for (int round = 0; round < 20; round++) {
      String email = "user" + round + "@example.org";
      CyclicBarrier start = new CyclicBarrier(AT_ONCE);
      List<Future<User>> made = new ArrayList<>();
      try (ExecutorService callers = Executors.newFixedThreadPool(AT_ONCE)) {
        for (int i = 0; i < AT_ONCE; i++) {
          made.add(
              callers.submit(
                  () -> {
                    start.await();
                    return new Users(store, Clock.systemUTC())
                        .create(acme, User.Kind.USER, email, List.of());
                  }));
        }
      }
      List<User> successes = new ArrayList<>();
      for (Future<User> each : made) {
        try {
          successes.add(each.get());
        } catch (ExecutionException e) {
          assertThat(e.getCause()).isInstanceOf(PolicyConflictException.class);
        }
      }
      assertThat(successes).hasSize(1);
      assertThat(all()).filteredOn(user -> user.name().equals(email)).isEqualTo(successes);
    }
  }

  @Test
  void address_thatWasTakenForNobodys_isTheirsWhoIsNoted() {
    String slow = UUID.randomUUID().toString();
    emails.claim(acme, EMAIL, slow);
    User fast = create(acme, EMAIL);
    records.create(
        acme, slow, new User(slow, acme, User.Kind.USER, EMAIL, List.of(), "2026-01-01T00:00:00Z"));
    assertTaken(() -> emails.confirm(acme, EMAIL, slow));
    emails.confirm(acme, EMAIL, fast.userId());
  }

  @Test
  void address_whoseUserACrashKeptFromBeingWritten_isFree() {
    emails.claim(acme, EMAIL, UUID.randomUUID().toString());
    assertThat(all()).isEmpty();
    User alice = create(acme, EMAIL);
    assertThat(all()).containsExactly(alice);
  }

  @Test
  void usersOfBefore_whoShareAnAddress_stayReadableAndItIsTaken() {
    User first = written(EMAIL);
    User second = written("ALICE@example.org");
    written("bob@example.org");
    assertTaken(() -> create(acme, "alice@EXAMPLE.org"));
    assertTaken(() -> create(acme, "Bob@example.org"));
    assertThat(all()).hasSize(3).contains(first, second);
    assertThat(users.get(acme, second.userId())).isEqualTo(second);
    create(acme, "carol@example.org");
  }

  @Test
  void damagedNotes_areMadeAnew() {
    User alice = create(acme, EMAIL);
    notes
        .ids(acme)
        .forEach(
            object ->
                store.put(
                    "akidb/system/user-emails/" + acme + "/" + object + ".json",
                    "{".getBytes(StandardCharsets.UTF_8)));
    assertTaken(() -> create(acme, EMAIL));
    users.delete(acme, alice.userId());
    create(acme, EMAIL);
  }

  @Test
  void notes_ofUsersThatAreNoMore_areRemovedAtTheBound() {
    User alice = create(acme, EMAIL);
    String object = notes.ids(acme).iterator().next();
    notes.update(
        acme,
        object,
        known -> {
          TreeMap<String, String> many = new TreeMap<>(known.users());
          for (int i = 0; i < Emails.NOTES_MAX; i++) {
            many.put("hash" + i, UUID.randomUUID().toString());
          }
          return new Emails.Notes(many);
        });
    int made = 0;
    while (notes.find(acme, object).orElseThrow().users().size() > Emails.NOTES_MAX) {
      create(acme, "user" + made++ + "@example.org");
      assertThat(made).isLessThan(1000);
    }
    assertThat(notes.find(acme, object).orElseThrow().users())
        .hasSize(2)
        .containsValue(alice.userId());
    assertTaken(() -> create(acme, EMAIL));
  }

  @Test
  void tenantThatIsPurged_leavesNoAddress() {
    create(acme, EMAIL);
    users.deleteAllOf(acme);
    assertThat(notes.ids(acme)).isEmpty();
    assertThat(records.ids(acme)).isEmpty();
  }
}
