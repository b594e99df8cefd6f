package io.akidb.policies.audit;

import java.time.Instant;

/** What every batch looks like that a writer made. */
final class BatchForm {
  private BatchForm() {}

  /**
   * Checks header, number of events and their times.
   *
   * @param log {@code system}, or a tenant's id
   * @throws CorruptAuditException saying what is not so
   */
  static void check(Signed batch, String log, BatchName name) {
    require(batch.header().path(Chain.VERSION_FIELD).asInt() == Chain.VERSION, "its version");
    require(batch.header().path("log").asText().equals(log), "its log");
    require(batch.header().path("chain").asText().equals(name.chain()), "its chain");
    require(batch.header().path("batch").asLong(-1) == name.number(), "its number");
    require(batch.header().path("number").asLong(-1) == name.number(), "its number in the log");
    require(batch.header().path("events").asInt(-1) == batch.rest().size(), "its count of events");
    require(!batch.rest().isEmpty(), "its being empty");
    Instant last = Instant.MIN;
    for (String line : batch.rest()) {
      Instant at = AuditRecord.of(Json.parse(line)).at();
      require(!at.isBefore(last), "the order of its events");
      last = at;
    }
    require(last.toEpochMilli() == name.lastAtMs(), "the time in its name");
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new CorruptAuditException(what + " is not what it has to be", null);
    }
  }
}
