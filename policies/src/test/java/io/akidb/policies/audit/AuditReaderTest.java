package io.akidb.policies.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.tenancy.TenantId;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditReaderTest {
  private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");

  private final TestLog log = new TestLog();
  private final AuditReader reader = new AuditReader(log.store);

  /** Goes on by a second each time that it is asked. */
  private static final class Seconds extends Clock {
    private Instant now = START.minusSeconds(1);

    @Override
    public synchronized Instant instant() {
      now = now.plusSeconds(1);
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private static AuditEvent event(int i, @Nullable TenantId tenant) {
    return new AuditEvent(
        i % 2 == 0 ? "key:even" : "key:odd",
        i % 3 == 0 ? "tenants.create" : "collections.delete",
        "e" + i,
        tenant,
        "",
        i % 5 == 0 ? Outcome.DENIED : Outcome.SUCCEEDED,
        "",
        new TreeMap<>());
  }

  /** Thirty events, a second apart, in batches of at most ten. */
  private void write() {
    AuditConfig config =
        new AuditConfig(
            100,
            10,
            Duration.ofHours(1),
            Duration.ofSeconds(20),
            Duration.ofMillis(5),
            Duration.ofHours(1));
    try (AuditLog open =
        new AuditLog(log.store, new Seconds(), new SecureRandom(), "a", null, config)) {
      for (int i = 0; i < 30; i++) {
        open.record(event(i, i < 3 ? TestLog.TENANT : null));
      }
    }
  }

  private List<String> pages(AuditQuery query) {
    List<String> what = new ArrayList<>();
    AuditPage page = reader.query(query);
    page.records().forEach(record -> what.add(record.event().what()));
    while (page.nextCursor() != null) {
      page = reader.query(query.after(page.nextCursor()));
      assertThat(page.records()).hasSizeLessThanOrEqualTo(query.limit());
      page.records().forEach(record -> what.add(record.event().what()));
    }
    return what;
  }

  private static AuditQuery query(
      @Nullable Instant from,
      @Nullable Instant to,
      @Nullable String who,
      @Nullable String action,
      @Nullable Outcome outcome,
      int limit) {
    return new AuditQuery(null, from, to, who, action, outcome, limit, null);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 10, 1000})
  void pages_ofAnyLimit_areTheWholeLogOnceAndInOrder(int limit) {
    write();

    List<String> what = pages(query(null, null, null, null, null, limit));

    assertThat(what).hasSize(30).startsWith("e0", "e1").endsWith("e29").doesNotHaveDuplicates();
  }

  @Test
  void filters_byTimePrincipalActionAndOutcome_selectExactly() {
    write();
    // Beginning a chain asks the clock once more, somewhere in between.
    List<AuditRecord> all = reader.query(AuditQuery.all(null)).records();
    Instant from = all.get(7).at();
    Instant to = all.get(23).at();

    assertThat(pages(query(from, to, null, null, null, 4)))
        .hasSize(16)
        .startsWith("e7")
        .endsWith("e22");
    assertThat(pages(query(from, null, null, null, null, 100))).hasSize(23);
    assertThat(pages(query(null, to, null, null, null, 100))).hasSize(23);
    assertThat(pages(query(null, null, "key:odd", null, null, 2))).hasSize(15).contains("e1");
    assertThat(pages(query(null, null, null, "tenants.", null, 100))).hasSize(10);
    assertThat(pages(query(null, null, null, "tenants.create", null, 100))).hasSize(10);
    assertThat(pages(query(null, null, null, "tenants", null, 100))).isEmpty();
    assertThat(pages(query(null, null, null, null, Outcome.DENIED, 100))).hasSize(6);
    assertThat(pages(query(from, to, "key:even", "collections.", Outcome.SUCCEEDED, 1)))
        .containsExactly("e8", "e14", "e16", "e22");
    assertThat(pages(query(Instant.MAX, null, null, null, null, 1))).isEmpty();
    assertThat(pages(query(null, Instant.MIN, null, null, null, 1))).isEmpty();
  }

  @Test
  void tenantsLog_holdsItsEventsOnly() {
    write();

    assertThat(pages(AuditQuery.all(TestLog.TENANT))).containsExactly("e0", "e1", "e2");
    assertThat(pages(AuditQuery.all(TenantId.random()))).isEmpty();
  }

  @Test
  void clockThatGoesBack_doesNotTurnTheLogAround() {
    Clock late = Clock.fixed(START, ZoneOffset.UTC);
    List<Clock> clocks = new ArrayList<>(List.of(late));
    InstantSource jumping =
        () -> {
          Instant now = clocks.get(0).instant();
          clocks.set(0, Clock.offset(clocks.get(0), Duration.ofMinutes(-5)));
          return now;
        };
    try (AuditLog open =
        new AuditLog(
            log.store,
            jumping.withZone(ZoneOffset.UTC),
            new SecureRandom(),
            "a",
            null,
            TestLog.SHORT)) {
      for (int i = 0; i < 4; i++) {
        open.require(event(i, null));
      }
    }
    assertThat(pages(AuditQuery.all(null))).containsExactly("e0", "e1", "e2", "e3");
    assertThat(log.verify().findings()).isEmpty();
  }

  @Test
  void queriesOutOfBounds_areNamed() {
    for (String cursor : List.of("x", "+0", "x+0", "..+1", "x".repeat(500))) {
      assertThatThrownBy(() -> reader.query(AuditQuery.all(null).after(cursor)))
          .isInstanceOf(InvalidAuditRequestException.class)
          .hasMessageContaining("gave out");
    }
    assertThatThrownBy(() -> query(null, null, null, null, null, 0))
        .isInstanceOf(InvalidAuditRequestException.class);
    assertThatThrownBy(() -> query(START, START.minusSeconds(1), null, null, null, 1))
        .isInstanceOfSatisfying(
            InvalidAuditRequestException.class, e -> assertThat(e.field()).isEqualTo("to"));
  }

  @Test
  void textsThatAreTooLong_areCutNotRefused() {
    TreeMap<String, String> detail = new TreeMap<>();
    for (int i = 0; i < 40; i++) {
      detail.put("key" + i, "v".repeat(10_000));
    }
    AuditEvent cut =
        new AuditEvent(
            "w".repeat(9999),
            "a.b",
            "x".repeat(9999),
            null,
            "n".repeat(9999),
            Outcome.FAILED,
            "r".repeat(9999),
            detail);

    assertThat(cut.what()).hasSize(AuditEvent.WHAT_LENGTH_MAX).endsWith("…");
    assertThat(cut.detail()).hasSize(16);
    assertThat(cut.toString().length()).isLessThan(8192);
    assertThatThrownBy(() -> AuditEvent.of("w", "No Action", "", null, Outcome.FAILED))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
