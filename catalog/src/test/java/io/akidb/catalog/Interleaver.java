package io.akidb.catalog;

import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.OutcomeUnknownException;
import io.akidb.objectstore.StoreUnavailableException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;

/**
 * Runs actors one at a time, each in a thread of its own, and changes over at random before and
 * after every request to the bucket: the seed decides the interleaving, and nothing else does. An
 * actor may crash at any of these points; then it starts anew and knows nothing. It may also sleep
 * for long (a stopped machine) or be cut off from the bucket for a while, so that one fault follows
 * the other until it gives up.
 */
final class Interleaver {
  /** What a process does from its start on. */
  @FunctionalInterface
  interface Actor {
    void run() throws Exception;
  }

  /** The process is gone; no code of ours catches this. */
  static final class Crash extends Error {
    Crash() {
      super("crash", null, false, false);
    }
  }

  private static final int STEPS_MAX = 2_000_000;
  private static final int LOOKS_MAX = 100;
  private static final int NAP_STEPS_MAX = 3_000;
  private static final int CUT_OFF_REQUESTS_MAX = 80;

  private static final int REFUSED = 0;
  private static final int HAPPENED = 1;
  private static final int LATE = 2;
  private static final int NONE = 4;

  private final class Seat {
    final Semaphore turn = new Semaphore(0);
    final Thread thread;

    /** Not before this step. */
    int sleepsUntil;

    /** For so many requests. */
    int cutOff;

    Seat(String name, Actor actor) {
      this.thread = new Thread(() -> sit(this, actor), name);
    }
  }

  private static final Set<String> WRITES =
      Set.of("put", "putFile", "putIfAbsent", "compareAndSwap", "delete");

  private final SplittableRandom random;
  private final double crashProbability;
  private final double faultProbability;
  private final double napProbability;
  private final double cutOffProbability;
  private final List<Seat> seats = new ArrayList<>();
  private final Semaphore done = new Semaphore(0);
  private volatile Seat current;
  private volatile Throwable failure;
  private int steps;
  int crashes;
  int lostAnswers;
  int naps;
  int cutOffs;

  /** All probabilities are per step or per request, but for a third of the seeds the rare ones. */
  Interleaver(long seed) {
    this.random = new SplittableRandom(seed);
    this.crashProbability = 0.002;
    this.faultProbability = 0.03;
    this.napProbability = seed % 3 == 0 ? 0 : 0.006;
    this.cutOffProbability = seed % 3 == 1 ? 0 : 0.01;
  }

  void add(String name, Actor actor) {
    seats.add(new Seat(name, actor));
  }

  /** Runs all actors to their ends; throws what the first one threw that is no crash. */
  void run() throws Exception {
    seats.forEach(seat -> seat.thread.start());
    List<Seat> all = List.copyOf(seats);
    next();
    done.acquire();
    for (Seat seat : all) {
      seat.thread.join();
    }
    if (failure != null) {
      throw new AssertionError("an actor failed: " + failure, failure);
    }
  }

  private void sit(Seat seat, Actor actor) {
    seat.turn.acquireUninterruptibly();
    boolean again = true;
    while (again && failure == null) {
      try {
        actor.run();
        again = false;
      } catch (Crash e) {
        crashes++;
      } catch (Throwable e) {
        failure = e;
      }
    }
    seats.remove(seat);
    next();
  }

  private void next() {
    if (seats.isEmpty()) {
      done.release();
      return;
    }
    Seat chosen = seats.get(random.nextInt(seats.size()));
    for (int look = 0; chosen.sleepsUntil > steps && look < LOOKS_MAX; look++) {
      chosen = seats.get(random.nextInt(seats.size()));
    }
    current = chosen;
    chosen.turn.release();
  }

  /** A point where another may go on, and where a process may crash. */
  void step() {
    Seat mine = current;
    if (mine == null || !Thread.currentThread().equals(mine.thread)) {
      return; // outside of a run
    }
    if (++steps > STEPS_MAX) {
      throw new AssertionError("no end in sight");
    }
    if (random.nextDouble() < napProbability) {
      mine.sleepsUntil = steps + random.nextInt(NAP_STEPS_MAX);
      naps++;
    }
    next();
    mine.turn.acquireUninterruptibly();
    if (failure != null || random.nextDouble() < crashProbability) {
      throw new Crash();
    }
  }

  /**
   * The same bucket, with a step before and after every request, and with the faults of a network:
   * a request may be refused, and a write's answer may be lost, whether it happened, did not, or
   * will happen later.
   */
  ObjectStore around(ObjectStore store) {
    return (ObjectStore)
        Proxy.newProxyInstance(
            ObjectStore.class.getClassLoader(),
            new Class<?>[] {ObjectStore.class},
            (proxy, method, arguments) -> {
              step();
              boolean write = WRITES.contains(method.getName());
              int fault = fault(write);
              if (fault == REFUSED) {
                throw new StoreUnavailableException("refused", null);
              }
              if (write && fault != NONE) {
                lostAnswers++;
                loseAnswer(fault, late(store, method, arguments));
                step();
                throw new OutcomeUnknownException("lost", null);
              }
              Object answer;
              try {
                answer = method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                step();
                throw e.getCause();
              }
              step();
              return answer;
            });
  }

  private int fault(boolean write) {
    Seat mine = current;
    if (mine == null) {
      return NONE; // outside of a run
    }
    if (mine.cutOff > 0) {
      mine.cutOff--;
      return write ? random.nextInt(HAPPENED, NONE) : REFUSED;
    }
    if (random.nextDouble() < cutOffProbability) {
      mine.cutOff = random.nextInt(CUT_OFF_REQUESTS_MAX);
      cutOffs++;
    }
    return random.nextDouble() < faultProbability ? random.nextInt(NONE) : NONE;
  }

  private void loseAnswer(int fault, Actor write) throws Exception {
    if (fault == HAPPENED) {
      write.run();
    } else if (fault == LATE) {
      int delay = random.nextInt(200);
      Seat seat =
          new Seat(
              "late",
              () -> {
                for (int i = 0; i < delay; i++) {
                  step();
                }
                write.run();
              });
      seats.add(seat);
      seat.thread.start();
    }
  }

  private static Actor late(ObjectStore store, Method method, Object[] arguments)
      throws IOException {
    if (method.getName().equals("putFile")) { // the file will be gone
      byte[] content = Files.readAllBytes((Path) arguments[1]);
      return () -> store.put((String) arguments[0], content);
    }
    return () -> {
      try {
        method.invoke(store, arguments);
      } catch (InvocationTargetException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
      }
    };
  }
}
