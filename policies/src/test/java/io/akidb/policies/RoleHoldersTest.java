package io.akidb.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.StoreUnavailableException;
import io.akidb.tenancy.TenantId;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whether a role is granted, asked of many users and keys. */
class RoleHoldersTest {
  private static final int AT_ONCE = 4;
  private static final Role EU = new Role("eu", Set.of(Permission.VECTORS_SEARCH), null);

  private final ObjectStore bucket = new InMemoryStore(Clock.systemUTC());
  private final TenantId acme = TenantId.random();
  private final Users users = new Users(bucket, Clock.systemUTC());
  private final ApiKeys keys =
      new ApiKeys(bucket, users, Clock.systemUTC(), new SecureRandom(), null);
  private final AtomicLong nanos = new AtomicLong();
  private final ExecutorService helpers = Executors.newFixedThreadPool(AT_ONCE - 1);

  @AfterEach
  void stop() {
    helpers.shutdownNow();
  }

  /** Roles of a bucket in front of whose reads of users and keys a test steps. */
  private Roles roles(Consumer<String> beforeRead) {
    ObjectStore store =
        (ObjectStore)
            Proxy.newProxyInstance(
                ObjectStore.class.getClassLoader(),
                new Class<?>[] {ObjectStore.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("get")
                      && !((String) arguments[0]).contains("/roles/")) {
                    beforeRead.accept((String) arguments[0]);
                  }
                  try {
                    return method.invoke(bucket, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    return new Roles(store, Clock.systemUTC(), nanos::get, helpers);
  }

  private void fill(int each) {
    for (int i = 0; i < each; i++) {
      users.create(acme, User.Kind.SERVICE_ACCOUNT, "job-" + i, List.of(Grant.of(Role.VIEWER)));
      keys.issue(acme, null, List.of(Grant.of(Role.VIEWER)), null, null);
    }
  }

  @Test
  void usersAndKeys_areReadSeveralAtOnce() {
    CyclicBarrier together = new CyclicBarrier(AT_ONCE);
    Roles roles =
        roles(
            key -> {
              try {
                together.await(20, TimeUnit.SECONDS);
              } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
                throw new AssertionError("read alone: " + key, e);
              }
            });
    roles.create(acme, EU);
    fill(2 * AT_ONCE);

    roles.delete(acme, "eu");

    assertThat(roles.find(acme, "eu")).isEmpty();
  }

  @Test
  void holdersAmongMany_areAllCounted() {
    Roles roles = roles(key -> {});
    roles.create(acme, EU);
    fill(2 * AT_ONCE);
    for (int i = 0; i < 3; i++) {
      users.create(acme, User.Kind.SERVICE_ACCOUNT, "eu-" + i, List.of(Grant.of(EU)));
    }
    keys.issue(acme, null, List.of(Grant.of(EU)), null, null);

    assertThatThrownBy(() -> roles.delete(acme, "eu"))
        .isInstanceOf(PolicyConflictException.class)
        .hasMessageContaining("3 users and service accounts and 1 API keys");
  }

  @Test
  void slowBucket_isNotReadForLongerThanTheBound() {
    AtomicInteger reads = new AtomicInteger();
    Roles roles =
        roles(
            key -> {
              reads.incrementAndGet();
              nanos.addAndGet(RoleHolders.TIME_MAX.toNanos() / 10);
            });
    roles.create(acme, EU);
    fill(20);

    assertThatThrownBy(() -> roles.delete(acme, "eu"))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("in time");

    // One in each thread may have begun before the time was over.
    assertThat(reads.get()).isBetween(10, 10 + AT_ONCE - 1);
    assertThat(roles.find(acme, "eu")).hasValue(EU);
  }

  @Test
  void readThatFails_whoeverMeetsIt_keepsTheRole() {
    Roles roles =
        roles(
            key -> {
              if (key.contains("/api-keys/")) {
                throw new StoreUnavailableException("out of reach", null);
              }
            });
    roles.create(acme, EU);
    fill(AT_ONCE);

    assertThatThrownBy(() -> roles.delete(acme, "eu"))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("out of reach");
    assertThat(roles.find(acme, "eu")).hasValue(EU);
  }
}
