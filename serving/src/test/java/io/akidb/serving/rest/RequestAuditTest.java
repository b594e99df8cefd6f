package io.akidb.serving.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.benmanes.caffeine.cache.Scheduler;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ObjectStore;
import io.akidb.policies.audit.AuditConfig;
import io.akidb.policies.audit.AuditEvent;
import io.akidb.policies.audit.AuditLog;
import io.akidb.policies.audit.AuditQuery;
import io.akidb.policies.audit.AuditReader;
import io.akidb.policies.audit.AuditRecord;
import io.akidb.policies.audit.Outcome;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.TenantId;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class RequestAuditTest {
  private final ObjectStore store = new InMemoryStore(Clock.systemUTC());
  private final AtomicLong nanos = new AtomicLong();

  private AuditLog log() {
    return new AuditLog(store, Clock.systemUTC(), new SecureRandom(), "n", null, AuditConfig.USUAL);
  }

  @Test
  void changes_beyondATenantsBudget_areRefusedAndCountedAndNobodyElsesAre() {
    TenantId busy = TenantId.random();
    try (AuditLog log = log();
        RequestAudit audit =
            new RequestAudit(log, List.of(), nanos::get, Scheduler.disabledScheduler())) {
      for (int i = 0; i < RequestAudit.CHANGES_PER_MINUTE_MAX; i++) {
        audit.admitChange(busy);
      }
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> audit.admitChange(busy))
            .asInstanceOf(InstanceOfAssertFactories.type(ServingException.class))
            .satisfies(
                refused -> {
                  assertThat(refused.reason()).isEqualTo(Reason.RATE_LIMITED);
                  assertThat(refused.retryAfterSecs()).isEqualTo(60);
                });
      }
      audit.admitChange(TenantId.random());
      for (int i = 0; i <= RequestAudit.CHANGES_PER_MINUTE_MAX; i++) {
        audit.admitChange(null);
      }
      nanos.addAndGet(EventBudgets.WINDOW.toNanos() + 1);
      audit.admitChange(busy);
    }
    assertThat(new AuditReader(store).query(AuditQuery.all(busy)).records())
        .extracting(AuditRecord::event)
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.action()).isEqualTo("audit.unrecorded");
              assertThat(event.outcome()).isEqualTo(Outcome.DENIED);
              assertThat(event.detail())
                  .containsEntry("count", "3")
                  .containsEntry("code", "rate_limited");
            });
    assertThat(new AuditReader(store).query(AuditQuery.all(null)).records())
        .extracting(AuditRecord::event)
        .extracting(AuditEvent::tenant)
        .containsExactly(busy);
  }
}
