package io.akidb.bench.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.policies.Decision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is measured must be what it is called. */
class AccessBenchmarksTest {
  @Test
  void checks_letThroughWhomTheyMeasure() {
    AccessBenchmark benchmark = new AccessBenchmark();
    benchmark.setUp();
    AccessBenchmark.Forgetful forgetful = new AccessBenchmark.Forgetful();
    forgetful.forget(benchmark);

    assertThat(benchmark.apiKey()).isPresent();
    assertThat(benchmark.apiKeyOfAnyTenant()).isPresent();
    assertThat(benchmark.tenantAnew()).isPresent();
    assertThat(benchmark.rateLimit()).hasValueSatisfying(d -> assertThat(d.isAdmitted()).isTrue());
    assertThat(benchmark.decisionByBuiltInRole().isAllowed()).isTrue();
    for (Decision decision :
        new Decision[] {
          benchmark.decisionByOwnRole(), benchmark.decisionByOwnRoleAnew(forgetful)
        }) {
      assertThat(decision.isAllowed()).isTrue();
      assertThat(decision.rowFilters()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"RS256", "ES256"})
  void tokens_goodOnesAreBelievedAndForgedOnesAreNot(String algorithm) throws Exception {
    TokenBenchmark benchmark = new TokenBenchmark();
    benchmark.algorithm = algorithm;
    benchmark.setUp();
    try {
      assertThat(benchmark.provided()).isPresent();
      assertThat(benchmark.own()).isPresent();
      assertThat(benchmark.forged()).isEmpty();
    } finally {
      benchmark.tearDown();
    }
  }
}
