package io.akidb.build;

import io.akidb.catalog.BuildRequest;
import io.akidb.catalog.Catalog;
import io.akidb.catalog.CatalogException;
import io.akidb.catalog.CollectionNotFoundException;
import io.akidb.catalog.CollectionPage;
import io.akidb.objectstore.FolderPage;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.InvalidNameException;
import io.akidb.tenancy.TenancyException;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantNamespace;
import io.akidb.tenancy.TenantRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Finds requests for builds that nobody works on. What is damaged is one tenant's own trouble. */
final class PendingBuilds {
  private static final System.Logger LOG = System.getLogger(PendingBuilds.class.getName());
  private static final int PAGE = 1000;

  private final ObjectStore store;
  private final Catalog catalog;
  private final TenantRegistry registry;

  PendingBuilds(ObjectStore store, Clock clock) {
    this.store = store;
    this.catalog = new Catalog(store, clock);
    this.registry = new TenantRegistry(store, clock);
  }

  /** A request that waits. */
  record Waiting(CollectionAddress address, UUID buildId) {}

  /**
   * Of a tenant's collection, of all of a tenant's, or, for who may read the whole bucket, of all
   * tenants that are served.
   *
   * @param tenant null for all
   * @param collection null for all
   */
  List<Waiting> find(@Nullable String tenant, @Nullable String collection) {
    List<Waiting> found = new ArrayList<>();
    for (String each : tenant == null ? tenants() : List.of(tenant)) {
      if (collection != null) {
        addOf(new CollectionAddress(each, collection), found);
      } else {
        addOf(each, found);
      }
    }
    return found;
  }

  private List<String> tenants() {
    List<String> tenants = new ArrayList<>();
    String after = null;
    do {
      FolderPage page = store.listFolders(TenantNamespace.TENANTS_PREFIX, after, PAGE);
      page.names().stream().filter(this::isServed).forEach(tenants::add);
      after = page.nextStartAfter();
    } while (after != null);
    return tenants;
  }

  /** Whether it is a tenant's folder, and not one of a tenant that is suspended or deleted. */
  private boolean isServed(String folder) {
    try {
      TenantId id = new TenantId(folder);
      // A bucket of one tenant may have no descriptor.
      return id.value().equals(folder)
          && registry.findAny(id).map(found -> found.tenant().isActive()).orElse(true);
    } catch (InvalidNameException e) {
      return false;
    } catch (TenancyException e) {
      LOG.log(System.Logger.Level.ERROR, "builds of tenant " + folder + " are left alone", e);
      return false;
    }
  }

  private void addOf(String tenant, List<Waiting> found) {
    TenantContext context = new TenantContext(new TenantId(tenant), CollectionAddress.PRINCIPAL);
    String after = null;
    do {
      CollectionPage page = catalog.list(context, after, PAGE);
      for (CollectionName name : page.names()) {
        addOf(new CollectionAddress(tenant, name.value()), found);
      }
      after = page.nextStartAfter();
    } while (after != null);
  }

  private void addOf(CollectionAddress address, List<Waiting> found) {
    try {
      for (BuildRequest request :
          catalog.open(address.context(), address.name()).builds().pending()) {
        found.add(new Waiting(address, request.buildId()));
      }
    } catch (CollectionNotFoundException e) {
      // Dropped since it was listed.
    } catch (CatalogException e) {
      LOG.log(
          System.Logger.Level.ERROR,
          "builds of "
              + address.name().value()
              + " of tenant "
              + address.tenantId()
              + " are left alone",
          e);
    }
  }
}
