package io.akidb.tenancy;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * A thread that does something in rounds, the first at once. A round that fails is logged, and the
 * next one comes all the same. {@link #close} interrupts a running round and waits for its end.
 */
public final class Rounds implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Rounds.class.getName());

  private final String name;
  private final long pauseNanos;
  private final BooleanSupplier round;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean closing;

  /**
   * Starts the thread.
   *
   * @param name of the thread, for people
   * @param pause between two rounds
   * @param round answers whether the next one is due at once
   */
  public Rounds(String name, Duration pause, BooleanSupplier round) {
    this.name = name;
    this.pauseNanos = pause.toNanos();
    this.round = round;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    boolean again = true;
    while (again || pause()) {
      try {
        again = round.getAsBoolean() && !isClosing();
      } catch (RuntimeException e) {
        again = false;
        if (!isClosing()) {
          LOG.log(Level.WARNING, "a round of {0} failed: {1}", name, e.toString());
        }
      }
    }
  }

  private boolean isClosing() {
    lock.lock();
    try {
      return closing;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the next round is due; false if there is none any more. */
  private boolean pause() {
    lock.lock();
    try {
      long left = pauseNanos;
      while (!closing && left > 0) {
        left = changed.awaitNanos(left);
      }
      return !closing;
    } catch (InterruptedException e) {
      return false; // only close() interrupts
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
