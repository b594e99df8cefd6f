package io.akidb.cli.demo;

import io.akidb.cli.CliException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what another process does, and not for ever. */
final class Waiting {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private Waiting() {}

  static void until(String what, BooleanSupplier holds) {
    long start = System.nanoTime();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw CliException.failed("waited a minute for " + what, null);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }
}
