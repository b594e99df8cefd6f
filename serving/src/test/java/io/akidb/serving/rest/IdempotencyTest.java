package io.akidb.serving.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class IdempotencyTest {
  private static final String A = TenantId.random().value();
  private static final String B = TenantId.random().value();

  private static final int BYTES_MAX = 2 << 20;

  private final Idempotency idempotency = new Idempotency(BYTES_MAX);
  private final AtomicInteger handled = new AtomicInteger();

  private Answer call(String tenant, String path, String key) {
    return idempotency.once(
        tenant,
        "p",
        "POST",
        path,
        key,
        new Blocks(),
        () -> Answer.ok(Json.object().put("handled", handled.incrementAndGet())));
  }

  private static String text(Answer answer) {
    return new String(answer.body().joined(), StandardCharsets.UTF_8);
  }

  @Test
  void repeatedCall_isHandledOnceForEachQuery() {
    Answer first = call(A, "/users", "k");
    assertThat(text(call(A, "/users", "k"))).isEqualTo(text(first));
    assertThat(call(A, "/users", "k").headers()).containsKey("Idempotency-Replayed");
    assertThat(text(call(A, "/users?platform=true", "k"))).isNotEqualTo(text(first));
    assertThat(text(call(B, "/users", "k"))).isNotEqualTo(text(first));
    assertThat(handled).hasValue(3);
  }

  @Test
  void manyCalls_ofOneTenant_makeNoOthersForgotten() {
    Answer first = call(B, "/users", "k");
    for (int i = 0; i < 12 * Idempotency.CALLS_MAX; i++) {
      call(A, "/users", "k" + i);
    }
    assertThat(text(call(B, "/users", "k"))).isEqualTo(text(first));
  }

  private void large(String tenant, String key) {
    Answer answer = Answer.json(Blocks.of(new byte[20_000]));
    idempotency.once(tenant, "p", "POST", "/roles", key, new Blocks(), () -> answer);
  }

  @Test
  void largeAnswers_ofOneTenant_areBoundedInBytes() {
    long tenantMax = (long) Idempotency.CALLS_MAX * Idempotency.CALL_BYTES_MIN;
    large(A, "k");
    assertThat(idempotency.bytesHeld()).isBetween(20_000L, 22_000L);
    for (int i = 0; i < Idempotency.CALLS_MAX; i++) {
      large(A, "k" + i);
    }
    assertThat(idempotency.bytesHeld()).isBetween(tenantMax / 2, tenantMax);
  }

  @Test
  void largeAnswers_ofManyTenants_shareOneBoundAndPushOutNoSmallOnes() {
    Answer first = call(B, "/users", "k");
    for (int tenant = 0; tenant < 20; tenant++) {
      String id = TenantId.random().value();
      for (int i = 0; i < 40; i++) {
        large(id, "k" + i);
        assertThat(idempotency.bytesHeld()).isLessThanOrEqualTo(BYTES_MAX);
      }
    }
    assertThat(idempotency.bytesHeld()).isGreaterThan(BYTES_MAX / 4);
    assertThat(text(call(B, "/users", "k"))).isEqualTo(text(first));
  }

  @Test
  void answerWithASecret_isGivenOnceAndKeptNowhere() {
    Answer secret =
        Answer.of(201, Json.object().put("api_key", "akidb_x"))
            .with("Location", "/v1/api-keys/x")
            .shownOnce();
    assertThat(secret.withoutSecret().body().size()).isZero();
    assertThat(text(idempotency.once(A, "p", "POST", "/api-keys", "k", new Blocks(), () -> secret)))
        .contains("akidb_x");
    assertThatThrownBy(
            () -> idempotency.once(A, "p", "POST", "/api-keys", "k", new Blocks(), () -> secret))
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CONFLICT))
        .hasMessageContaining("/v1/api-keys/x")
        .hasMessageNotContaining("akidb_x");
  }
}
