package io.akidb.objectstore;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/** Retries whose pauses pass at once, and are kept. */
final class TestRetries {
  final List<Duration> pauses = new CopyOnWriteArrayList<>();

  Retries retries(int attemptsMax) {
    return new Retries(
        attemptsMax,
        Duration.ofMillis(100),
        Duration.ofSeconds(1),
        Duration.ofMinutes(1),
        Clock.systemUTC(),
        new Random(1),
        pauses::add);
  }
}
