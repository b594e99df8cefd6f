package io.akidb.policies.storage;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Carries out what a store's identities have to become, several identities at once, each one's
 * steps in order: its policy, its account with a secret that is kept, the attachment, and only then
 * are the credentials handed out. What no tenant has any more is removed after all that: accounts,
 * then their policies. Whatever step is the last one to be done, the next synchronization goes on
 * from there. For one thread; two synchronizations at once may give an account two secrets, of
 * which the later one holds.
 */
final class PolicySync {
  // MinIO takes secrets of at most 40 characters.
  private static final int SECRET_BYTES = 30;

  private final StorageIdentities identities;
  private final CredentialsFolder credentials;
  private final Observer observer;
  private final SecureRandom random;
  private volatile boolean stopped;

  /** Is told what is about to be done, which it may refuse by throwing, and how it ended. */
  interface Observer {
    void begins(SyncStep step);

    void ended(SyncStep step, boolean succeeded);
  }

  /**
   * Prepares.
   *
   * @param identities thread-safe; not closed
   * @param credentials keeps new secrets
   * @param observer of each step; thread-safe
   */
  PolicySync(
      StorageIdentities identities,
      CredentialsFolder credentials,
      Observer observer,
      SecureRandom random) {
    this.identities = identities;
    this.credentials = credentials;
    this.observer = observer;
    this.random = random;
  }

  /**
   * Carries a plan out. After the first failure nothing more is begun, and what is under way is
   * waited for.
   *
   * @param workers as many threads as there may be changes under way; not closed
   * @throws StoragePolicyException of the first identity that failed, or whatever the observer
   *     threw; what else failed is suppressed in it
   */
  void apply(List<Identity> desired, SyncPlan plan, ExecutorService workers) {
    Map<String, Identity> byLabel = new HashMap<>();
    desired.forEach(each -> byLabel.put(each.label(), each));
    for (List<List<SyncStep>> group : plan.groups()) {
      List<Callable<Boolean>> tasks = new ArrayList<>(group.size());
      for (List<SyncStep> steps : group) {
        tasks.add(() -> carryOut(steps, byLabel.get(steps.get(0).label())));
      }
      carryOut(tasks, workers);
    }
  }

  private static void carryOut(List<Callable<Boolean>> tasks, ExecutorService workers) {
    RuntimeException first = null;
    try {
      for (Future<Boolean> each : workers.invokeAll(tasks)) {
        try {
          var unused = each.get();
        } catch (ExecutionException e) {
          if (e.getCause() instanceof Error error) {
            throw error;
          }
          RuntimeException failure =
              e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e);
          if (first == null) {
            first = failure;
          } else {
            first.addSuppressed(failure);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IdentitiesUnavailableException("interrupted", e);
    }
    if (first != null) {
      throw first;
    }
  }

  /** Whether it came to its end. */
  private boolean carryOut(List<SyncStep> steps, @Nullable Identity identity) {
    boolean done = false;
    try {
      for (SyncStep step : steps) {
        if (stopped) {
          return false;
        }
        observed(step, identity);
      }
      if (steps.stream().anyMatch(step -> step.kind().makesSecret())) {
        credentials.handOut(required(identity));
      }
      done = true;
      return true;
    } finally {
      if (!done) {
        stopped = true;
      }
    }
  }

  private void observed(SyncStep step, @Nullable Identity identity) {
    observer.begins(step);
    boolean succeeded = false;
    try {
      carryOut(step, identity);
      succeeded = true;
    } finally {
      observer.ended(step, succeeded);
    }
  }

  private void carryOut(SyncStep step, @Nullable Identity identity) {
    switch (step.kind()) {
      case CREATE_POLICY, UPDATE_POLICY ->
          identities.putPolicy(step.name(), required(identity).document());
      case CREATE_ACCOUNT, RECREATE_ACCOUNT, ROTATE_SECRET -> {
        String secret = newSecret();
        credentials.keep(required(identity), secret);
        if (step.kind() == SyncStep.Kind.RECREATE_ACCOUNT) {
          identities.removeAccount(step.name());
        }
        identities.putAccount(step.name(), secret);
      }
      case ATTACH_POLICY -> identities.attach(step.name(), step.policy());
      case REMOVE_ACCOUNT -> identities.removeAccount(step.name());
      case REMOVE_POLICY -> identities.removePolicy(step.name());
    }
  }

  private static Identity required(@Nullable Identity identity) {
    if (identity == null) {
      throw new IllegalStateException("the plan is of other identities");
    }
    return identity;
  }

  private String newSecret() {
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
  }
}
