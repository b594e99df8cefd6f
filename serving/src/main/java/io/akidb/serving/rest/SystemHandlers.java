package io.akidb.serving.rest;

import io.akidb.serving.metrics.NodeMetrics;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Health, open to whoever reaches the port, and metrics, which name tenants. */
final class SystemHandlers {
  private final BooleanSupplier ready;
  private final BooleanSupplier auditable;
  private final BooleanSupplier sharesRates;
  private final NodeMetrics metrics;

  /**
   * With a look at whether the node can serve.
   *
   * @param ready whether the bucket answers
   * @param auditable whether events get into the audit log
   * @param sharesRates whether nodes hold rate limits together now
   */
  SystemHandlers(
      BooleanSupplier ready,
      BooleanSupplier auditable,
      BooleanSupplier sharesRates,
      NodeMetrics metrics) {
    this.ready = ready;
    this.auditable = auditable;
    this.sharesRates = sharesRates;
    this.metrics = metrics;
  }

  List<Route> routes() {
    return List.of(
        Route.open("GET", "/health/live", call -> Answer.ok(Json.object().put("status", "live"))),
        Route.open("GET", "/health/ready", call -> ready()),
        Route.operator(
            "GET",
            MetricsAccess.PATH,
            call -> {
              call.allowParameters();
              return new Answer(
                  200, "text/plain; version=0.0.4; charset=utf-8", metrics.text(), Map.of());
            }));
  }

  private Answer ready() {
    if (!ready.getAsBoolean()) {
      throw ServingException.of(Reason.UNAVAILABLE, "the bucket does not answer");
    }
    if (!auditable.getAsBoolean()) {
      // Searches would work; but a change is refused here, and may not be elsewhere.
      throw ServingException.of(Reason.UNAVAILABLE, "the audit log cannot be written");
    }
    // Without Redis a node serves all the same, so that this is told but no reason to look
    // elsewhere.
    return Answer.ok(
        Json.object()
            .put("status", "ready")
            .put("rate_limits", sharesRates.getAsBoolean() ? "shared" : "by_share"));
  }
}
