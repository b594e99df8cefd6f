package io.akidb.bench.access;

import io.akidb.objectstore.InMemoryStore;
import io.akidb.policies.ApiKeys;
import io.akidb.policies.Authorizer;
import io.akidb.policies.Decision;
import io.akidb.policies.Grant;
import io.akidb.policies.Permission;
import io.akidb.policies.Principal;
import io.akidb.policies.Role;
import io.akidb.policies.Roles;
import io.akidb.policies.Target;
import io.akidb.policies.Users;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.Tenant;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantQuotas;
import io.akidb.tenancy.TenantRegistry;
import io.akidb.tenancy.VersionedTenant;
import io.akidb.tenancy.rate.RateDecision;
import io.akidb.tenancy.rate.RateLimiter;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What each call passes, in a process with 1,000 tenants. "Anew" is with a bucket in memory: in a
 * real one its read comes on top, at most once in 0.9 s for each key, user, role and tenant.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class AccessBenchmark {
  private static final int TENANTS = 1_000;
  private static final Target COLLECTION = Target.of(new CollectionName("products"));
  // High enough never to refuse: a refusal does not do less.
  private static final TenantQuotas QUOTAS =
      new TenantQuotas(null, null, null, 100_000_000, 100_000_000);

  private final Clock clock = Clock.systemUTC();
  private final InMemoryStore store = new InMemoryStore(clock);
  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(42);
  private final TenantRegistry registry = new TenantRegistry(store, clock);
  private final Users users = new Users(store, clock);
  private final Roles roles = new Roles(store, clock);
  private final ApiKeys keys = new ApiKeys(store, users, clock, new SecureRandom(), null);
  private final Authorizer authorizer = new Authorizer(roles, clock);
  private final RateLimiter limiter = new RateLimiter(1, System::nanoTime);
  private final TenantId[] tenants = new TenantId[TENANTS];
  private final String[] plaintexts = new String[TENANTS];

  private Principal builtIn = principal(Role.VIEWER.name(), TenantId.DEFAULT);
  private Principal custom = builtIn;

  /** Roles that were never asked for. */
  @State(Scope.Thread)
  public static class Forgetful {
    private final Clock clock = Clock.systemUTC();
    private Authorizer authorizer =
        new Authorizer(new Roles(new InMemoryStore(clock), clock), clock);

    /** Forgets. */
    @Setup(Level.Invocation)
    public void forget(AccessBenchmark benchmark) {
      authorizer = new Authorizer(new Roles(benchmark.store, benchmark.clock), clock);
    }
  }

  /** Makes tenants, keys and a role. */
  @Setup(Level.Trial)
  public void setUp() {
    for (int i = 0; i < TENANTS; i++) {
      tenants[i] = registry.create("tenant " + i, QUOTAS, Map.of()).tenant().tenantId();
      plaintexts[i] = keys.issueFor(tenants[i]).plaintext();
    }
    roles.create(
        tenants[0], new Role("reader", Role.VIEWER.permissions(), "{\"shelf\": {\"$lt\": 5}}"));
    builtIn = principal(Role.VIEWER.name(), tenants[0]);
    custom = principal("reader", tenants[0]);
  }

  private static Principal principal(String role, TenantId tenant) {
    Grant grant = new Grant(role, null, null, null);
    return new Principal("user:1", tenant, List.of(grant), null, null);
  }

  /** An API key that called a moment ago. */
  @Benchmark
  public Optional<Principal> apiKey() {
    return keys.authenticate(plaintexts[0]);
  }

  /** API keys of tenants at random. */
  @Benchmark
  public Optional<Principal> apiKeyOfAnyTenant() {
    return keys.authenticate(plaintexts[random.nextInt(TENANTS)]);
  }

  /** A decision by a built-in role. */
  @Benchmark
  public Decision decisionByBuiltInRole() {
    return authorizer.decide(builtIn, tenants[0], COLLECTION, Permission.VECTORS_SEARCH);
  }

  /** A decision by a tenant's own role, with a row filter, that was asked for a moment ago. */
  @Benchmark
  public Decision decisionByOwnRole() {
    return authorizer.decide(custom, tenants[0], COLLECTION, Permission.VECTORS_SEARCH);
  }

  /** The same anew: the role is read. */
  @Benchmark
  public Decision decisionByOwnRoleAnew(Forgetful forgetful) {
    return forgetful.authorizer.decide(custom, tenants[0], COLLECTION, Permission.VECTORS_SEARCH);
  }

  /** A tenant's descriptor anew. */
  @Benchmark
  public Optional<Tenant> tenantAnew() {
    return registry.find(tenants[random.nextInt(TENANTS)]).map(VersionedTenant::tenant);
  }

  /** A call counted against a key's limit and a tenant's, of tenants at random. */
  @Benchmark
  public Optional<RateDecision> rateLimit() {
    int i = random.nextInt(TENANTS);
    return limiter.admit(tenants[i], plaintexts[i], QUOTAS);
  }
}
