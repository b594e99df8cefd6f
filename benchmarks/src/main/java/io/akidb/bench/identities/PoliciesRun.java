package io.akidb.bench.identities;

import io.akidb.bench.BenchException;
import io.akidb.bench.identities.SyncCommand.Outcome;
import io.akidb.bench.measure.Report;
import io.akidb.bench.tenants.Folders;
import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStores;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantQuotas;
import io.akidb.tenancy.TenantRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Has {@code sync-policies} bring an empty MinIO into line with tenants, and then again after
 * nothing, something or everything has changed. For one thread.
 */
public final class PoliciesRun {
  private static final String BUCKET = "akidb-bench";

  /** Policies of a tenant: ingest, build and read. */
  private static final int POLICIES_PER_TENANT = 3;

  private static final int PERCENT = 100;

  /**
   * How it is to be measured.
   *
   * @param root of the project, whose scripts start the MinIO
   * @param home for its data and the credentials
   * @param java its executable
   * @param policies how many at least: three for each tenant and one of the nodes
   * @param rounds of all but the making
   */
  public record Options(Path root, Path home, Path java, int policies, int rounds) {
    /** Checks. */
    public Options {
      if (policies < 1 + POLICIES_PER_TENANT || rounds < 1) {
        throw new BenchException("--policies must be 4 or more, --rounds 1 or more");
      }
    }

    int tenants() {
      return Math.ceilDiv(policies - 1, POLICIES_PER_TENANT);
    }

    /** One in a hundred of the policies, rounded up to whole tenants. */
    int someTenants() {
      return Math.ceilDiv(policies, PERCENT * POLICIES_PER_TENANT);
    }
  }

  private final Options options;
  private final Report.Machine machine;
  private final Clock clock;
  private final Consumer<String> progress;

  /** Measures as told. */
  public PoliciesRun(
      Options options, Report.Machine machine, Clock clock, Consumer<String> progress) {
    this.options = options;
    this.machine = machine;
    this.clock = clock;
    this.progress = progress;
  }

  /** All of it. */
  public PoliciesReport run() {
    Path work = options.home().resolve("work");
    try {
      Folders.delete(work);
      Files.createDirectories(work);
    } catch (IOException e) {
      throw new BenchException("cannot write to " + work + ": " + e, e);
    }
    progress.accept("starting a MinIO");
    try (MinioService minio =
        MinioService.start(options.root(), options.home().resolve("services"))) {
      BucketConfig bucket = minio.bucket(BUCKET);
      try (ObjectStore store = ObjectStores.open(bucket)) {
        SyncCommand sync =
            new SyncCommand(options.java(), options.root(), work, minio, bucket.bucket());
        return measure(new TenantRegistry(store, clock), sync);
      }
    }
  }

  private PoliciesReport measure(TenantRegistry registry, SyncCommand sync) {
    progress.accept("making " + options.tenants() + " tenants");
    List<TenantId> tenants = newTenants(registry, options.tenants());
    progress.accept("making their policies and users");
    List<PoliciesReport.Pass> passes = new ArrayList<>();
    Outcome made = sync.run();
    passes.add(pass("all is new", List.of(made)));
    List<TenantId> some = tenants.subList(0, options.someTenants());
    List<Outcome> unchanged = new ArrayList<>();
    List<Outcome> someChanged = new ArrayList<>();
    List<Outcome> someNew = new ArrayList<>();
    List<Outcome> allChanged = new ArrayList<>();
    for (int round = 0; round < options.rounds(); round++) {
      progress.accept("round " + (round + 1) + " of " + options.rounds());
      unchanged.add(sync.run());
      some.forEach(tenant -> registry.suspend(tenant, null));
      someChanged.add(sync.run());
      some.forEach(tenant -> registry.resume(tenant, null));
      sync.run();
      List<TenantId> more = newTenants(registry, some.size());
      someNew.add(sync.run());
      more.forEach(tenant -> registry.delete(tenant, Duration.ofDays(1), null));
      sync.run();
      tenants.forEach(tenant -> registry.suspend(tenant, null));
      allChanged.add(sync.run());
      tenants.forEach(tenant -> registry.resume(tenant, null));
      sync.run();
    }
    passes.add(pass("nothing", unchanged));
    passes.add(pass("1 % of the policies changed", someChanged));
    passes.add(pass("1 % more tenants", someNew));
    passes.add(pass("every tenant's policies changed", allChanged));
    return new PoliciesReport(
        clock.instant().toString(),
        machine,
        made.policies(),
        tenants.size(),
        options.rounds(),
        passes);
  }

  private static List<TenantId> newTenants(TenantRegistry registry, int count) {
    List<TenantId> tenants = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tenants.add(
          registry.create("tenant " + i, TenantQuotas.UNLIMITED, Map.of()).tenant().tenantId());
    }
    return tenants;
  }

  /** By medians. */
  private static PoliciesReport.Pass pass(String name, List<Outcome> outcomes) {
    List<Outcome> bySeconds =
        outcomes.stream().sorted(Comparator.comparingDouble(Outcome::seconds)).toList();
    Outcome median = bySeconds.get(bySeconds.size() / 2);
    boolean known = ProcessorTime.isKnown();
    return new PoliciesReport.Pass(
        name,
        median.changes(),
        median.seconds(),
        bySeconds.getLast().seconds(),
        known ? median.ownCpu() : -1,
        known ? median.storeCpu() : -1);
  }
}
