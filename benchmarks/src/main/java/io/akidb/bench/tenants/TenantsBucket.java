package io.akidb.bench.tenants;

import io.akidb.bench.BenchException;
import io.akidb.catalog.Catalog;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.Metric;
import io.akidb.catalog.VectorCollection;
import io.akidb.diskann.DistanceMetric;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectStore;
import io.akidb.policies.ApiKeys;
import io.akidb.policies.Users;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantQuotas;
import io.akidb.tenancy.TenantRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * A bucket of many tenants, written by the platform's own code for tenants, keys and collections:
 * each tenant first in memory, then as plain files, which spares the half million flushes to disk
 * that durable writes would take.
 */
final class TenantsBucket {
  private static final String BUCKET = "bucket";
  private static final String LIST = "tenants.txt";
  private static final int OBJECT_BYTES_MAX = 64 << 20;
  private static final int PAGE = 1000;
  private static final long SEED = 42;
  private static final int TOLD_EVERY = 100;

  // Limits that are looked at by each call and met by none.
  private static final TenantQuotas QUOTAS =
      new TenantQuotas(1L << 40, 100_000, 1_000_000_000L, 1_000_000, null);

  /** Somebody who calls. */
  record Tenant(TenantId id, String key) {}

  private final Path folder;
  private final TenantsShape shape;
  private final List<Tenant> tenants;

  private TenantsBucket(Path folder, TenantsShape shape, List<Tenant> tenants) {
    this.folder = folder;
    this.shape = shape;
    this.tenants = List.copyOf(tenants);
  }

  /** Where the objects are. */
  Path bucket() {
    return folder.resolve(BUCKET);
  }

  /** By ascending position, which is the order in which they were made. */
  List<Tenant> tenants() {
    return tenants;
  }

  TenantsShape shape() {
    return shape;
  }

  static String collection(int place) {
    return String.format(Locale.ROOT, "c%05d", place);
  }

  /** The collection that is built. */
  String built() {
    return collection(shape.collections() - 1);
  }

  /** Whether {@link #make} has come to its end in a folder. */
  static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(LIST));
  }

  /** The bucket of an earlier run, with what that run wrote: a row of each tenant. */
  static TenantsBucket open(Path folder, TenantsShape shape) {
    try {
      List<Tenant> tenants = new ArrayList<>();
      for (String line : Files.readAllLines(folder.resolve(LIST))) {
        int tab = line.indexOf('\t');
        tenants.add(new Tenant(new TenantId(line.substring(0, tab)), line.substring(tab + 1)));
      }
      return new TenantsBucket(folder, shape, tenants);
    } catch (IOException e) {
      throw new BenchException("cannot read " + folder + ": " + e, e);
    }
  }

  /**
   * The bucket of a shape, made anew.
   *
   * @param folder for it alone
   * @param progress is told what is done
   */
  static TenantsBucket make(
      Path folder, TenantsShape shape, Clock clock, Consumer<String> progress) {
    List<Tenant> tenants = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    try {
      Folders.delete(folder);
      Path bucket = Files.createDirectories(folder.resolve(BUCKET));
      Path temporary = Files.createDirectories(folder.resolve("temporary"));
      SplittableRandom random = new SplittableRandom(SEED);
      for (int number = 0; number < shape.tenants(); number++) {
        InMemoryStore memory = new InMemoryStore(clock);
        Tenant tenant = write(memory, shape, number, temporary, clock, random);
        copy(memory, bucket);
        tenants.add(tenant);
        lines.add(tenant.id() + "\t" + tenant.key());
        if ((number + 1) % TOLD_EVERY == 0) {
          progress.accept("wrote " + (number + 1) + " of " + shape.tenants() + " tenants");
        }
      }
      Files.write(folder.resolve(LIST), lines);
      return new TenantsBucket(folder, shape, tenants);
    } catch (IOException e) {
      throw new BenchException("cannot write to " + folder + ": " + e, e);
    }
  }

  private static Tenant write(
      ObjectStore store,
      TenantsShape shape,
      int number,
      Path temporary,
      Clock clock,
      SplittableRandom random) {
    TenantId id =
        new TenantRegistry(store, clock)
            .create("tenant " + number, QUOTAS, Map.of())
            .tenant()
            .tenantId();
    String key =
        new ApiKeys(store, new Users(store, clock), clock, new SecureRandom(), null)
            .issueFor(id)
            .plaintext();
    Catalog catalog = new Catalog(store, clock);
    TenantContext context = new TenantContext(id, "benchmark");
    CollectionSchema schema = CollectionBuild.schema(shape.dimension(), Metric.L2);
    CollectionBuild build = new CollectionBuild(store, temporary, clock, 1);
    for (int place = 0; place < shape.collections(); place++) {
      VectorCollection collection =
          catalog.create(context, new CollectionName(collection(place)), schema);
      float[][] rows = vectors(shape.rows(), shape.dimension(), random);
      build.append(collection, rows);
      if (place == shape.collections() - 1) {
        build.build(collection, rows, DistanceMetric.L2);
      }
    }
    return new Tenant(id, key);
  }

  static float[][] vectors(int rows, int dimension, SplittableRandom random) {
    float[][] vectors = new float[rows][dimension];
    for (float[] vector : vectors) {
      for (int d = 0; d < dimension; d++) {
        vector[d] = (float) random.nextDouble(-1, 1);
      }
    }
    return vectors;
  }

  private static void copy(ObjectStore from, Path bucket) throws IOException {
    String after = null;
    do {
      ListPage page = from.list("", after, PAGE);
      for (ObjectMetadata object : page.objects()) {
        Path file = bucket.resolve(object.key());
        Files.createDirectories(file.getParent());
        Files.write(file, from.get(object.key(), OBJECT_BYTES_MAX).bytes());
      }
      after = page.nextStartAfter();
    } while (after != null);
  }
}
