package io.akidb.catalog;

import java.time.Duration;

/** Waits; handed in, so that tests need not. */
@FunctionalInterface
interface Pause {
  /** Waits on the calling thread. */
  Pause SLEEP = duration -> Thread.sleep(duration.toMillis());

  void pause(Duration duration) throws InterruptedException;
}
