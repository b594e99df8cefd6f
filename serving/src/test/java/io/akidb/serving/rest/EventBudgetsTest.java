package io.akidb.serving.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Scheduler;
import io.akidb.policies.audit.Outcome;
import io.akidb.serving.rest.EventBudgets.Whose;
import io.akidb.tenancy.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EventBudgetsTest {
  private static final Whose A = of("a");
  private static final Whose B = of("b");

  private final AtomicLong nanos = new AtomicLong();
  private final List<String> told = new ArrayList<>();
  private final EventBudgets budgets =
      new EventBudgets(
          2,
          nanos::get,
          Scheduler.disabledScheduler(),
          (whose, count) -> told.add(whose.tenant() + " " + whose.outcome() + " " + count));

  private static Whose of(String name) {
    return new Whose(Outcome.DENIED, new TenantId("0b7a4a10-3c1e-4a53-9d1b-1c8f0c3b5a7" + name));
  }

  private int admitted(Whose whose, int refusals) {
    int admitted = 0;
    for (int i = 0; i < refusals; i++) {
      admitted += budgets.admit(whose) ? 1 : 0;
    }
    return admitted;
  }

  @Test
  void flood_ofOneTenant_takesNothingOfAnothersBudget() {
    assertThat(admitted(A, 100)).isEqualTo(2);
    assertThat(admitted(B, 2)).isEqualTo(2);
    assertThat(admitted(new Whose(Outcome.DENIED, null), 3)).isEqualTo(2);
    assertThat(admitted(new Whose(Outcome.UNAUTHENTICATED, null), 3)).isEqualTo(2);
  }

  @Test
  void unrecordedRefusals_areToldOnceWhenTheirMinuteEnds() {
    admitted(A, 5);
    admitted(B, 2);
    nanos.addAndGet(EventBudgets.WINDOW.toNanos() / 2);
    admitted(A, 1);
    budgets.expire();
    assertThat(told).isEmpty();

    nanos.addAndGet(EventBudgets.WINDOW.toNanos() / 2 + 1);
    budgets.expire();
    assertThat(told).containsExactly(A.tenant() + " DENIED 4");
    assertThat(admitted(A, 3)).isEqualTo(2);

    budgets.close();
    assertThat(told).containsExactly(A.tenant() + " DENIED 4", A.tenant() + " DENIED 1");
  }

  @Test
  void minuteThatEndedUnseen_isToldByTheNextRefusal() {
    admitted(A, 3);
    nanos.addAndGet(EventBudgets.WINDOW.toNanos() + 1);
    assertThat(admitted(A, 1)).isEqualTo(1);
    budgets.expire();
    assertThat(told).containsExactly(A.tenant() + " DENIED 1");
  }
}
