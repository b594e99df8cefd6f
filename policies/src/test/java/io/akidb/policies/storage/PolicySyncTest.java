package io.akidb.policies.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.objectstore.BucketConfig;
import io.akidb.policies.storage.ModelIdentities.LostException;
import io.akidb.policies.storage.StorageIdentities.Account;
import io.akidb.policies.storage.SyncStep.Kind;
import io.akidb.tenancy.TenantId;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Orders and failures; what a MinIO makes of it is for the ITs beside this. */
class PolicySyncTest {
  private static final BucketConfig BUCKET =
      new BucketConfig("s3://data", URI.create("http://127.0.0.1:9"), "us-east-1", "a", "b");
  private static final TenantId A = tenant(1);
  private static final TenantId B = tenant(2);

  @TempDir Path folder;
  private final DesiredIdentities identities = new DesiredIdentities(BUCKET);
  private ModelIdentities store = new ModelIdentities();
  private final List<String> told = Collections.synchronizedList(new ArrayList<>());

  private static TenantId tenant(int number) {
    return new TenantId(new UUID(0x4000L, 0x8000000000000000L + number).toString());
  }

  private static Map<TenantId, Boolean> active(TenantId... tenants) {
    Map<TenantId, Boolean> all = new TreeMap<>();
    for (TenantId each : tenants) {
      all.put(each, true);
    }
    return all;
  }

  private CredentialsFolder credentials() {
    return new CredentialsFolder(folder);
  }

  private SyncPlan plan(List<Identity> desired, Predicate<Identity> rotate) {
    return identities.plan(
        desired, store.policies(), store.accounts(), rotate.or(credentials()::isUnfinished));
  }

  private void apply(List<Identity> desired, SyncPlan plan, int threads) {
    PolicySync.Observer observer =
        new PolicySync.Observer() {
          @Override
          public void begins(SyncStep step) {
            told.add("begins " + step.kind() + " " + step.label());
          }

          @Override
          public void ended(SyncStep step, boolean succeeded) {
            told.add((succeeded ? "done " : "failed ") + step.kind() + " " + step.label());
          }
        };
    try (Workers workers = Workers.start(threads)) {
      new PolicySync(store, credentials(), observer, new SecureRandom())
          .apply(desired, plan, workers.threads());
    }
  }

  private void sync(List<Identity> desired, int threads) {
    apply(desired, plan(desired, each -> false), threads);
  }

  private String secret(Identity identity) throws IOException {
    return Files.readAllLines(credentials().file(identity)).get(2).substring(17);
  }

  /** Nobody has credentials that do not do what they are for, unless the next run sees that. */
  private void handedOutOnlyWhatWorks(List<Identity> desired) throws IOException {
    for (Identity each : desired) {
      if (Files.exists(credentials().file(each)) && !credentials().isUnfinished(each)) {
        assertThat(secret(each)).as(each.label()).isEqualTo(store.secrets.get(each.account()));
        assertThat(store.accounts.get(each.account()))
            .isEqualTo(new Account(each.policy(), true, false));
        assertThat(store.policies).containsKey(each.policy());
      }
    }
  }

  private void isInLine(List<Identity> desired) throws IOException {
    assertThat(plan(desired, each -> false).steps()).isEmpty();
    assertThat(store.accounts).hasSize(desired.size());
    assertThat(store.policies).hasSize(desired.size());
    for (Identity each : desired) {
      assertThat(credentials().file(each)).exists();
    }
    handedOutOnlyWhatWorks(desired);
  }

  /** All kinds of changes, on a store that was in line with two tenants. */
  private void drift(List<Identity> both) throws IOException {
    sync(both, 1);
    Map<String, Identity> byLabel = new TreeMap<>();
    both.forEach(each -> byLabel.put(each.label(), each));
    Identity grouped = byLabel.get(A + "/build");
    store.accounts.put(grouped.account(), new Account(grouped.policy(), true, true));
    store.policies.put(byLabel.get(A + "/read").policy(), "{}");
    Identity lost = byLabel.get("node");
    store.accounts.remove(lost.account());
    store.secrets.remove(lost.account());
    // From here on a file is there only if it was handed out after the drift, or still works.
    for (String label : List.of(A + "/build", "node")) {
      Files.delete(credentials().file(byLabel.get(label)));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, false", "1, true", "4, false", "4, true"})
  void apply_thatFailsAtAnyCall_isCompletedByTheNextRun(int threads, boolean takesEffect)
      throws IOException {
    List<Identity> both = identities.of(active(A, B));
    List<Identity> one = identities.of(active(A));
    int failures = 0;
    boolean failed = true;
    while (failed) {
      store = new ModelIdentities();
      drift(both);
      store.failAfter(failures, takesEffect);
      SyncPlan plan = plan(one, each -> A.equals(each.tenant()));
      assertThat(plan.steps().stream().map(SyncStep::kind))
          .contains(Kind.UPDATE_POLICY, Kind.CREATE_ACCOUNT, Kind.RECREATE_ACCOUNT)
          .contains(Kind.ROTATE_SECRET, Kind.ATTACH_POLICY)
          .contains(Kind.REMOVE_ACCOUNT, Kind.REMOVE_POLICY);
      try {
        apply(one, plan, threads);
        failed = false;
      } catch (LostException e) {
        failures++;
      }
      handedOutOnlyWhatWorks(one);
      store.failNoMore();
      sync(one, threads);
      isInLine(one);
    }
    assertThat(failures).as("each call of it failed once").isGreaterThan(12);
  }

  @Test
  void apply_ofManyIdentities_hasAsManyUnderWayAsThreadsAndEachInOrder() throws IOException {
    List<Identity> desired = identities.of(active(A, B, tenant(3), tenant(4), tenant(5)));
    store.letMeet(3);
    sync(desired, 3);
    isInLine(desired);
    assertThat(store.underWayMax()).isEqualTo(3);
    for (Identity each : desired) {
      List<String> order = told.stream().filter(line -> line.endsWith(" " + each.label())).toList();
      assertThat(order.stream().map(line -> line.substring(0, line.lastIndexOf(' '))))
          .containsExactly(
              "begins CREATE_POLICY",
              "done CREATE_POLICY",
              "begins CREATE_ACCOUNT",
              "done CREATE_ACCOUNT",
              "begins ATTACH_POLICY",
              "done ATTACH_POLICY");
    }
  }

  @Test
  void apply_afterAFailure_beginsNothingMoreAndTellsHowAllEnded() {
    List<Identity> desired = identities.of(active(A, B));
    store.failAfter(5, false);
    assertThatThrownBy(() -> sync(desired, 1)).isInstanceOf(LostException.class);
    assertThat(store.calls()).isEqualTo(6);
    assertThat(told).hasSize(12);
    assertThat(told.get(11)).startsWith("failed ATTACH_POLICY");
  }

  @Test
  void apply_ofASuspension_doesNotWaitForNewIdentities() {
    sync(identities.of(active(B)), 1);
    told.clear();
    List<Identity> desired = identities.of(new TreeMap<>(Map.of(A, true, B, false)));
    sync(desired, 1);
    assertThat(told.subList(0, 6)).allMatch(line -> line.contains("UPDATE_POLICY " + B));
    assertThat(told.get(6)).startsWith("begins CREATE_POLICY " + A);
  }

  @Test
  void apply_whoseThreadIsInterrupted_endsAndSaysSo() {
    List<Identity> desired = identities.of(active(A));
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> sync(desired, 1)).isInstanceOf(IdentitiesUnavailableException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
