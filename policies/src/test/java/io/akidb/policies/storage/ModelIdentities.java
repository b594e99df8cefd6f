package io.akidb.policies.storage;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The rules of a MinIO in memory, so that each of its calls can be the one that fails or whose
 * answer is lost: nobody gets a policy that is not there, and none is removed that somebody has.
 */
final class ModelIdentities implements StorageIdentities {
  private static final int MEETING_SECONDS_MAX = 30;

  final Map<String, String> policies = new HashMap<>();
  final Map<String, Account> accounts = new HashMap<>();
  final Map<String, String> secrets = new HashMap<>();
  private CountDownLatch meeting = new CountDownLatch(0);
  private int calls;
  private int failingCall = -1;
  private boolean takesEffect;
  private int underWay;
  private int underWayMax;

  /** What a test lets fail. */
  static final class LostException extends RuntimeException {
    LostException() {
      super("lost");
    }
  }

  /** From now on so many calls are made; the next one fails, before or after it took effect. */
  void failAfter(int calls, boolean takesEffect) {
    this.failingCall = this.calls + calls;
    this.takesEffect = takesEffect;
  }

  /** The first calls wait for each other, until so many are under way. */
  void letMeet(int calls) {
    meeting = new CountDownLatch(calls);
  }

  void failNoMore() {
    failingCall = -1;
  }

  int calls() {
    return calls;
  }

  int underWayMax() {
    return underWayMax;
  }

  private void change(Runnable change) {
    boolean fails;
    synchronized (this) {
      fails = calls++ == failingCall;
      underWay++;
      underWayMax = Math.max(underWayMax, underWay);
    }
    meet();
    synchronized (this) {
      underWay--;
      if (!fails || takesEffect) {
        change.run();
      }
    }
    if (fails) {
      throw new LostException();
    }
  }

  private void meet() {
    meeting.countDown();
    try {
      if (!meeting.await(MEETING_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new IllegalStateException("nobody else came");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void require(boolean allowed, String what) {
    if (!allowed) {
      throw new IllegalStateException(what);
    }
  }

  @Override
  public synchronized Map<String, String> policies() {
    return Map.copyOf(policies);
  }

  @Override
  public synchronized Map<String, Account> accounts() {
    return Map.copyOf(accounts);
  }

  @Override
  public void putPolicy(String name, PolicyDocument document) {
    change(() -> policies.put(name, document.toJson()));
  }

  @Override
  public void removePolicy(String name) {
    change(
        () -> {
          require(
              accounts.values().stream().noneMatch(each -> each.policies().equals(name)),
              name + " is in use");
          policies.remove(name);
        });
  }

  @Override
  public void putAccount(String accessKey, String secretKey) {
    change(
        () -> {
          accounts.putIfAbsent(accessKey, new Account("", true, false));
          secrets.put(accessKey, secretKey);
        });
  }

  @Override
  public void attach(String accessKey, String policy) {
    change(
        () -> {
          Account account = accounts.get(accessKey);
          require(account != null, "there is no " + accessKey);
          require(policies.containsKey(policy), "there is no " + policy);
          accounts.put(accessKey, new Account(policy, account.enabled(), account.grouped()));
        });
  }

  @Override
  public void removeAccount(String accessKey) {
    change(
        () -> {
          require(accounts.remove(accessKey) != null, "there is no " + accessKey);
          secrets.remove(accessKey);
        });
  }

  @Override
  public void close() {}
}
