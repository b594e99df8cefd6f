package io.akidb.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.InterceptedStore;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two users who are made at the same time with one address, call by call of the bucket. */
class EmailsRaceTest {
  private static final String EMAIL = "alice@example.org";
  private static final long PATIENCE_SECONDS = 20;

  private final ObjectStore bucket = new InMemoryStore(Clock.systemUTC());
  private final Users users = new Users(bucket, Clock.systemUTC());
  private final Documents<User> records = new Documents<>(bucket, "users", User.class);
  private final Emails emails = new Emails(bucket, records, PageReader.NO_HELPERS);
  private final ExecutorService callers = Executors.newFixedThreadPool(2);

  @AfterEach
  void stop() {
    callers.shutdownNow();
  }

  /** A tenant that has nobody, and whose addresses are noted already. */
  private TenantId tenant() {
    TenantId tenant = TenantId.random();
    Documents<Emails.Notes> notes =
        new Documents<>(bucket, "user-emails", Emails.Notes.class, 1 << 20);
    for (int i = 0; i < 16; i++) {
      notes.create(tenant, Integer.toHexString(i), new Emails.Notes(new TreeMap<>()));
    }
    return tenant;
  }

  private List<User> all(TenantId tenant) {
    return users.list(tenant, null, 1000).items();
  }

  private void write(TenantId tenant, String id) {
    records.create(
        tenant, id, new User(id, tenant, User.Kind.USER, EMAIL, List.of(), "2026-01-01T00:00:00Z"));
  }

  /** Makes a user while something else is done just before each of its writes. */
  private User create(TenantId tenant, Runnable... beforeWrites) {
    List<Runnable> left = new ArrayList<>(List.of(beforeWrites));
    ObjectStore store =
        new InterceptedStore(bucket) {
          @Override
          protected <T extends @Nullable Object> T write(
              String method, String key, Supplier<T> call) {
            if (!left.isEmpty()) {
              left.remove(0).run();
            }
            return call.get();
          }
        };
    try {
      return new Users(store, Clock.systemUTC()).create(tenant, User.Kind.USER, EMAIL, List.of());
    } finally {
      assertThat(left).as("what was to be done meanwhile").isEmpty();
    }
  }

  private static void assertTaken(Throwable thrown) {
    assertThat(thrown)
        .isInstanceOfSatisfying(
            PolicyConflictException.class, e -> assertThat(e.field()).contains("email"));
  }

  @Test
  void secondThatFindsItsOwnClaim_whileTheFirstIsAboutToSwap_keepsTheAddress() {
    TenantId acme = tenant();
    String second = UUID.randomUUID().toString();
    assertThatThrownBy(
            () ->
                create(
                    acme,
                    () -> {},
                    () -> emails.claim(acme, EMAIL, second),
                    // The first one has seen the second one's claim, and that it is not there.
                    () -> {
                      write(acme, second);
                      emails.confirm(acme, EMAIL, second);
                    }))
        .satisfies(EmailsRaceTest::assertTaken);
    assertThat(all(acme)).extracting(User::userId).containsExactly(second);
  }

  @Test
  void firstThatSwaps_beforeTheSecondLooksAgain_keepsTheAddress() {
    TenantId acme = tenant();
    String second = UUID.randomUUID().toString();
    User first =
        create(acme, () -> {}, () -> emails.claim(acme, EMAIL, second), () -> write(acme, second));
    assertThatThrownBy(() -> emails.confirm(acme, EMAIL, second))
        .satisfies(EmailsRaceTest::assertTaken);
    emails.confirm(acme, EMAIL, first.userId());
  }

  @Test
  void claimOfAUserThatIsThere_isHeldLikeAConfirmedOne() {
    TenantId acme = tenant();
    String crashed = UUID.randomUUID().toString();
    emails.claim(acme, EMAIL, crashed);
    write(acme, crashed);
    assertThatThrownBy(() -> create(acme)).satisfies(EmailsRaceTest::assertTaken);
    users.delete(acme, crashed);
    assertThat(all(acme)).isEmpty();
    User next = create(acme);
    assertThat(all(acme)).containsExactly(next);
  }

  /** One of two callers; waits before each call of the bucket until it may go on. */
  private static final class Caller {
    private final Semaphore mayGoOn = new Semaphore(0);
    private final BlockingQueue<Boolean> waits = new LinkedBlockingQueue<>();

    void step() {
      waits.add(true);
      try {
        if (!mayGoOn.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          throw new AssertionError("nobody let this caller go on");
        }
      } catch (InterruptedException e) {
        throw new AssertionError("the test was given up", e);
      }
    }

    void ends() {
      waits.add(false);
    }

    /** False if it has ended. */
    boolean isWaiting() throws InterruptedException {
      return Objects.requireNonNull(
          waits.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "a caller came to no call");
    }
  }

  private Future<User> start(Caller caller, TenantId tenant) {
    ObjectStore store =
        new InterceptedStore(bucket) {
          @Override
          protected <T extends @Nullable Object> T read(
              String method, String key, Supplier<T> call) {
            // How many there are bears on nothing here.
            if (!method.equals("list")) {
              caller.step();
            }
            return call.get();
          }

          @Override
          protected <T extends @Nullable Object> T write(
              String method, String key, Supplier<T> call) {
            caller.step();
            return call.get();
          }
        };
    return callers.submit(
        () -> {
          try {
            return new Users(store, Clock.systemUTC())
                .create(tenant, User.Kind.USER, EMAIL, List.of());
          } finally {
            caller.ends();
          }
        });
  }

  /** Makes two users, one call of the bucket after the other, whose turn it is as told. */
  private void race(TenantId tenant, BooleanSupplier firstsTurn, String order) throws Exception {
    Caller first = new Caller();
    Caller second = new Caller();
    List<Future<User>> made = List.of(start(first, tenant), start(second, tenant));
    boolean firstWaits = first.isWaiting();
    boolean secondWaits = second.isWaiting();
    while (firstWaits || secondWaits) {
      if (firstWaits && (!secondWaits || firstsTurn.getAsBoolean())) {
        first.mayGoOn.release();
        firstWaits = first.isWaiting();
      } else {
        second.mayGoOn.release();
        secondWaits = second.isWaiting();
      }
    }
    List<User> successes = new ArrayList<>();
    for (Future<User> each : made) {
      try {
        successes.add(each.get());
      } catch (ExecutionException e) {
        assertTaken(e.getCause());
      }
    }
    assertThat(successes).as(order).hasSize(1);
    assertThat(all(tenant)).as(order).isEqualTo(successes);
    users.deleteAllOf(tenant);
  }

  /** As {@link #tenant}, but the notes of the address cannot be read. */
  private TenantId damagedTenant() {
    TenantId tenant = tenant();
    Documents<Emails.Notes> notes =
        new Documents<>(bucket, "user-emails", Emails.Notes.class, 1 << 20);
    for (String object : notes.ids(tenant)) {
      bucket.put(
          "akidb/system/user-emails/" + tenant + "/" + object + ".json",
          "{".getBytes(StandardCharsets.UTF_8));
    }
    return tenant;
  }

  @Test
  void notesThatWereRepaired_whileAnotherWasAboutToDoSo_areKept() {
    TenantId acme = damagedTenant();
    List<User> fast = new ArrayList<>();
    assertThatThrownBy(
            () ->
                create(
                    acme,
                    // The slow one has found the notes damaged, and nobody who has the address.
                    () -> fast.add(users.create(acme, User.Kind.USER, EMAIL, List.of()))))
        .satisfies(EmailsRaceTest::assertTaken);
    assertThat(all(acme)).isEqualTo(fast).hasSize(1);
  }

  @Test
  void confirmation_thatRepairsNotes_findsWhoIsConfirmedMeanwhile() {
    TenantId acme = damagedTenant();
    String slow = UUID.randomUUID().toString();
    List<User> fast = new ArrayList<>();
    write(acme, slow);
    Documents<User> staleUsers =
        new Documents<>(
            new InterceptedStore(bucket) {
              private boolean isListed;

              @Override
              protected <T extends @Nullable Object> T read(
                  String method, String key, Supplier<T> call) {
                T result = call.get();
                if (method.equals("list") && !isListed) {
                  isListed = true;
                  // Between what it lists and what it writes.
                  records.delete(acme, slow);
                  fast.add(users.create(acme, User.Kind.USER, EMAIL, List.of()));
                  EmailsRaceTest.this.write(acme, slow);
                }
                return result;
              }
            },
            "users",
            User.class);
    Emails late = new Emails(bucket, staleUsers, PageReader.NO_HELPERS);
    assertThatThrownBy(() -> late.confirm(acme, EMAIL, slow))
        .satisfies(EmailsRaceTest::assertTaken);
    emails.confirm(acme, EMAIL, fast.getFirst().userId());
  }

  @Test
  void usersMadeAtOnce_whereTheNotesAreDamaged_areOne() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 500; i++) {
      race(damagedTenant(), random::nextBoolean, "race " + i + " of seed " + seed);
    }
  }

  @Test
  void usersMadeAtOnce_inEveryOrderOfTheirCalls_areOne() throws Exception {
    List<Boolean> order = new ArrayList<>();
    int orders = 0;
    do {
      int[] turn = new int[1];
      race(
          tenant(),
          () -> {
            if (turn[0] == order.size()) {
              order.add(true);
            }
            return order.get(turn[0]++);
          },
          "order " + orders);
      orders++;
      // The next one: the last turn that was the first one's becomes the second one's.
      while (!order.isEmpty() && !order.get(order.size() - 1)) {
        order.remove(order.size() - 1);
      }
      if (!order.isEmpty()) {
        order.set(order.size() - 1, false);
      }
      assertThat(orders).isLessThan(100_000);
    } while (!order.isEmpty());
    assertThat(orders).isGreaterThan(100);
  }

  @Test
  void usersMadeAtOnce_whereNothingIsNotedYet_areOne() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 500; i++) {
      race(TenantId.random(), random::nextBoolean, "race " + i + " of seed " + seed);
    }
  }
}
