package io.akidb.serving.rest;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Scheduler;
import com.github.benmanes.caffeine.cache.Ticker;
import io.akidb.policies.Principal;
import io.akidb.policies.audit.AuditEvent;
import io.akidb.policies.audit.AuditException;
import io.akidb.policies.audit.AuditLog;
import io.akidb.policies.audit.Outcome;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.InvalidNameException;
import io.akidb.tenancy.TenantId;
import io.javalin.http.Context;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Puts calls on record: the one place from which the API writes the audit log. Thread-safe.
 *
 * <p>A change is on record before it is made, or it is not made. That a principal is known is
 * recorded once in a quarter of an hour for each key and address, not for each call; refusals, and
 * administrative reads, one by one up to a bound each minute for each tenant, beyond which they are
 * counted. A tenant that changes more in a minute than anybody needs to is refused.
 */
final class RequestAudit implements AutoCloseable {
  private static final Logger LOG = System.getLogger(RequestAudit.class.getName());
  private static final Duration AUTHENTICATION_INTERVAL = Duration.ofMinutes(15);
  private static final int AUTHENTICATIONS_MAX = 10_000;
  private static final int REFUSALS_PER_MINUTE_MAX = 600;
  private static final int READS_PER_MINUTE_MAX = 600;

  /** Most changes of one tenant: 200 a second, each of two events in two logs. */
  static final int CHANGES_PER_MINUTE_MAX = 12_000;

  private static final String PRINCIPAL_ATTRIBUTE = "akidb.principal";
  private static final String ANONYMOUS = "anonymous";
  private static final String NODE = "node";
  private static final String UNRECORDED = "audit.unrecorded";
  // Keys and tokens, should somebody have put one where an id belongs.
  private static final Pattern SECRET =
      Pattern.compile("(akidb_[0-9a-f]{16})_[A-Za-z0-9_-]+|eyJ[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]*)*");

  private static final Pattern KEY = Pattern.compile("(akidb_[0-9a-f]{16})_.*", Pattern.DOTALL);

  private final AuditLog log;
  private final IdentityHashMap<Route, AuditedRoute> routes = new IdentityHashMap<>();
  private final Cache<String, Boolean> known =
      Caffeine.newBuilder()
          .maximumSize(AUTHENTICATIONS_MAX)
          .expireAfterWrite(AUTHENTICATION_INTERVAL)
          .build();
  private final EventBudgets refusals;
  private final EventBudgets reads;
  private final EventBudgets changes;

  RequestAudit(AuditLog log, List<Route> served, Ticker ticker, Scheduler scheduler) {
    this.log = log;
    served.forEach(route -> routes.put(route, AuditedRoute.of(route)));
    this.refusals = new EventBudgets(REFUSALS_PER_MINUTE_MAX, ticker, scheduler, this::unrecorded);
    this.reads = new EventBudgets(READS_PER_MINUTE_MAX, ticker, scheduler, this::unrecorded);
    this.changes =
        new EventBudgets(CHANGES_PER_MINUTE_MAX, ticker, scheduler, this::unrecordedChanges);
  }

  /** Tells who calls, as soon as that is known. */
  static void identified(Context http, Principal principal) {
    http.attribute(PRINCIPAL_ATTRIBUTE, principal);
  }

  private AuditedRoute of(Route route) {
    AuditedRoute audited = routes.get(route);
    if (audited == null) {
      throw new IllegalStateException("a route that is not served");
    }
    return audited;
  }

  /**
   * A caller was let in.
   *
   * @throws AuditException if a change cannot be put on record
   * @throws ServingException RATE_LIMITED if the caller's tenant changes too much
   */
  void entered(Context http, Route route, Call call) {
    Principal principal = http.attribute(PRINCIPAL_ATTRIBUTE);
    if (principal == null) {
      return;
    }
    String session = principal.id() + " " + principal.keyId() + " " + http.ip();
    if (known.asMap().putIfAbsent(session, true) == null) {
      try {
        log.record(
            event(
                http,
                principal,
                "authentication",
                principal.tenant(),
                Outcome.SUCCEEDED,
                Map.of()));
      } catch (AuditException e) {
        // The next call tells it.
        known.invalidate(session);
        throw e;
      }
    }
    AuditedRoute audited = of(route);
    if (audited.kind() == AuditedRoute.Kind.CHANGE) {
      admitChange(principal.tenant());
      TenantId tenant = tenant(http, route, call, principal, false);
      SortedMap<String, String> asked = AuditedBody.of(audited.action(), call);
      log.require(event(http, principal, audited.action(), tenant, Outcome.ATTEMPTED, asked));
    }
  }

  /**
   * Counts a change, before it is put on record; what is refused is counted and told.
   *
   * @param tenant whose caller makes it; null for an operator, who may make any number
   * @throws ServingException RATE_LIMITED
   */
  void admitChange(@Nullable TenantId tenant) {
    if (tenant != null && !changes.admit(new EventBudgets.Whose(Outcome.DENIED, tenant))) {
      throw ServingException.retryAfter(
          Reason.RATE_LIMITED,
          "the tenant may make "
              + CHANGES_PER_MINUTE_MAX
              + " changes a minute on one node, each of which is put on record; change more with one"
              + " call, or wait",
          (int) EventBudgets.WINDOW.toSeconds());
    }
  }

  /** A call was answered by its handler. */
  void answered(Context http, Route route, Call call, Answer answer) {
    AuditedRoute audited = of(route);
    Principal principal = http.attribute(PRINCIPAL_ATTRIBUTE);
    if (principal == null || audited.kind() == AuditedRoute.Kind.DATA) {
      return;
    }
    Outcome outcome = answer.status() < 400 ? Outcome.SUCCEEDED : Outcome.FAILED;
    SortedMap<String, String> detail = new TreeMap<>(call.notes());
    detail.put("status", Integer.toString(answer.status()));
    String location = answer.headers().get("Location");
    if (location != null) {
      detail.put("location", location);
    }
    TenantId tenant = tenant(http, route, call, principal, outcome == Outcome.SUCCEEDED);
    AuditEvent event = event(http, principal, audited.action(), tenant, outcome, detail);
    if (audited.kind() == AuditedRoute.Kind.CHANGE) {
      recordEnd(event);
    } else if (reads.admit(new EventBudgets.Whose(outcome, principal.tenant()))) {
      log.record(event);
    }
  }

  /**
   * A call was refused by the gate, or its handler failed.
   *
   * @param call null if the gate had not let it in
   * @param failure what is on record of it is the code that the caller is told
   */
  void failed(Context http, Route route, @Nullable Call call, Throwable failure) {
    boolean entered = call != null;
    AuditedRoute audited = of(route);
    Principal principal = http.attribute(PRINCIPAL_ATTRIBUTE);
    Reason reason = Problems.reason(failure);
    Map<String, String> detail = Map.of("code", reason.code());
    if (reason == Reason.UNAUTHENTICATED || (principal == null && reason == Reason.RATE_LIMITED)) {
      // Of strangers also who was refused for its address alone, before its credential was read.
      refused(http, principal, audited, null, Outcome.UNAUTHENTICATED, shown(http, detail));
    } else if (principal != null && isDenial(reason, entered)) {
      refused(http, principal, audited, principal.tenant(), Outcome.DENIED, detail);
    } else if (principal != null && call != null && audited.kind() == AuditedRoute.Kind.CHANGE) {
      TenantId tenant = tenant(http, route, call, principal, false);
      // What was done before it failed.
      SortedMap<String, String> all = new TreeMap<>(call.notes());
      all.putAll(detail);
      recordEnd(event(http, principal, audited.action(), tenant, Outcome.FAILED, all));
    }
  }

  // Who tries a revoked key, or guesses at a known one's secret, is to be found; an id is no
  // secret.
  private static Map<String, String> shown(Context http, Map<String, String> detail) {
    Map<String, String> all = new HashMap<>(detail);
    Matcher key = KEY.matcher(Credentials.read(http).text());
    if (key.matches()) {
      all.put("prefix", key.group(1));
    }
    return all;
  }

  // At the gate "not found" is what somebody is told whose the thing is not.
  private static boolean isDenial(Reason reason, boolean entered) {
    return reason == Reason.FORBIDDEN
        || reason == Reason.TENANT_SUSPENDED
        || (reason == Reason.NOT_FOUND && !entered);
  }

  private void refused(
      Context http,
      @Nullable Principal principal,
      AuditedRoute audited,
      @Nullable TenantId tenant,
      Outcome outcome,
      Map<String, String> detail) {
    if (refusals.admit(new EventBudgets.Whose(outcome, tenant))) {
      log.record(event(http, principal, audited.action(), tenant, outcome, detail));
    }
  }

  private void unrecorded(EventBudgets.Whose whose, long count) {
    tellCount(whose, Map.of("count", Long.toString(count)));
  }

  private void unrecordedChanges(EventBudgets.Whose whose, long count) {
    String code = Reason.RATE_LIMITED.code();
    tellCount(whose, Map.of("count", Long.toString(count), "code", code));
  }

  private void tellCount(EventBudgets.Whose whose, Map<String, String> counted) {
    SortedMap<String, String> detail = new TreeMap<>(counted);
    recordEnd(
        new AuditEvent(NODE, UNRECORDED, "", whose.tenant(), "", whose.outcome(), "", detail));
  }

  /** Tells how many events are not on record; to be called before the log is closed. */
  @Override
  public void close() {
    refusals.close();
    reads.close();
    changes.close();
  }

  // The deed is done and its attempt on record: no answer can be taken back for its second event.
  private void recordEnd(AuditEvent event) {
    try {
      log.record(event);
    } catch (AuditException e) {
      LOG.log(Level.ERROR, "the end of {0} is not on record: {1}", event.action(), e.getMessage());
    }
  }

  /** Whose log gets a copy: a tenant that exists. */
  private static @Nullable TenantId tenant(
      Context http, Route route, Call call, Principal principal, boolean succeeded) {
    if ("true".equals(http.queryParam("platform"))) {
      return null;
    }
    TenantId about = call.tenantId() == null ? principal.tenant() : call.tenantId();
    if (about != null || !succeeded || !route.path().contains("{tenant_id}")) {
      return about;
    }
    // An operator's call: what it succeeded with is a tenant's.
    try {
      return new TenantId(http.pathParam("tenant_id"));
    } catch (InvalidNameException e) {
      return null;
    }
  }

  private static AuditEvent event(
      Context http,
      @Nullable Principal principal,
      String action,
      @Nullable TenantId tenant,
      Outcome outcome,
      Map<String, String> detail) {
    SortedMap<String, String> all = new TreeMap<>();
    detail.forEach((name, value) -> all.put(name, harmless(value)));
    if (principal != null && principal.keyId() != null) {
      all.put("key_id", principal.keyId());
    }
    return new AuditEvent(
        principal == null ? ANONYMOUS : principal.id(),
        action,
        harmless(http.path()),
        tenant,
        http.ip(),
        outcome,
        harmless(RestServer.requestId(http)),
        all);
  }

  static String harmless(String text) {
    return SECRET
        .matcher(text)
        .replaceAll(match -> match.group(1) == null ? "(token)" : match.group(1));
  }
}
