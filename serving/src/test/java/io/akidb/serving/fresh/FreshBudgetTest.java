package io.akidb.serving.fresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FreshBudgetTest {
  private static final int BYTES_MAX = 1_000_000;
  private static final int STEP = 100;

  private final FreshBudget budget = new FreshBudget(BYTES_MAX, true);

  /** Takes as much as it is given. */
  private long fill(TenantId tenant) {
    FreshMemory memory = budget.of(tenant);
    while (hasRoom(memory)) {
      memory.take(STEP);
    }
    return budget.usedBy(tenant);
  }

  private static boolean hasRoom(FreshMemory memory) {
    try {
      memory.requireRoomFor(STEP, 0);
      return true;
    } catch (ServingException e) {
      assertThat(e.reason()).isEqualTo(Reason.BUILD_NEEDED);
      return false;
    }
  }

  @Test
  void tenantAlone_hasThreeQuarters_whereThereMayBeOthers() {
    assertThat(fill(TenantId.random())).isBetween(BYTES_MAX * 3L / 4 - STEP, BYTES_MAX * 3L / 4);
    FreshBudget ofOne = new FreshBudget(BYTES_MAX);
    ofOne.of(TenantId.DEFAULT).requireRoomFor(BYTES_MAX, 0);
    assertThatThrownBy(() -> ofOne.of(TenantId.DEFAULT).requireRoomFor(BYTES_MAX + 1L, 0))
        .isInstanceOf(ServingException.class)
        .hasMessageContaining("this node's memory");
  }

  @Test
  void tenantsThatTakeAllTheyGet_leaveSomethingForTheNext() {
    List<TenantId> tenants = Stream.generate(TenantId::random).limit(5).toList();
    long left = BYTES_MAX;
    for (TenantId tenant : tenants) {
      assertThat(fill(tenant)).isGreaterThan(left / 2);
      left = BYTES_MAX - budget.used();
      assertThat(left).isPositive();
    }
    assertThatThrownBy(() -> budget.of(tenants.getFirst()).requireRoomFor(STEP, 0))
        .isInstanceOf(ServingException.class)
        .hasMessageContaining("this tenant's share")
        .hasMessageContaining("build the index");
  }

  @Test
  void rowsThatWereWritten_areShownAlsoWhereOthersTookMoreSince() {
    TenantId first = TenantId.random();
    long held = BYTES_MAX * 6L / 10;
    budget.of(first).take(held);
    fill(TenantId.random());
    FreshMemory memory = budget.of(first);
    assertThat(hasRoom(memory)).as("to write more").isFalse();
    memory.requireRoomForWritten(STEP, held);
    long free = BYTES_MAX - budget.used();
    assertThatThrownBy(() -> memory.requireRoomForWritten(free + 1, held))
        .isInstanceOf(ServingException.class)
        .hasMessageContaining("this node's memory");
  }

  @Test
  void rowsThatWereWritten_takeNoMoreThanATenantMayHaveAlone() {
    TenantId tenant = TenantId.random();
    FreshMemory memory = budget.of(tenant);
    memory.requireRoomForWritten(BYTES_MAX * 3L / 4, 0);
    memory.take(BYTES_MAX / 2);
    assertThatThrownBy(() -> memory.requireRoomForWritten(BYTES_MAX / 3, BYTES_MAX / 2))
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(budget.couldHold(e.bytesWanted())).isFalse())
        .hasMessageContaining("this tenant's share");
    assertThat(budget.couldHold(BYTES_MAX * 3L / 4)).isTrue();
    assertThat(new FreshBudget(BYTES_MAX).couldHold(BYTES_MAX)).isTrue();
  }

  @Test
  void manySmallTenants_areNotHeldToWhatTheGreedyOneIs() {
    TenantId greedy = TenantId.random();
    fill(greedy);
    for (int i = 0; i < 1_000; i++) {
      FreshMemory small = budget.of(TenantId.random());
      small.requireRoomFor(STEP, 0);
      small.take(STEP);
    }
    assertThat(hasRoom(budget.of(greedy))).isFalse();
    budget.of(greedy).give(budget.usedBy(greedy));
    assertThat(budget.used()).isEqualTo(1_000 * STEP);
    assertThat(hasRoom(budget.of(greedy))).isTrue();
  }

  @Test
  void reserved_countsUntilItIsClosed() {
    TenantId tenant = TenantId.random();
    FreshMemory memory = budget.of(tenant);
    List<FreshMemory.Reserved> reserved = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      reserved.add(memory.reserve(BYTES_MAX / 10, BYTES_MAX / 10, 0));
    }
    long used = budget.used();
    assertThatThrownBy(() -> memory.reserve(BYTES_MAX / 10, BYTES_MAX / 10, 0))
        .isInstanceOf(ServingException.class);
    assertThat(budget.used()).as("nothing is kept of what was refused").isEqualTo(used);
    reserved.forEach(FreshMemory.Reserved::close);
    assertThat(budget.used()).isZero();
    assertThat(budget.usedBy(tenant)).isZero();
  }
}
