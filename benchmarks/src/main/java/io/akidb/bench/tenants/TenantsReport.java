package io.akidb.bench.tenants;

import io.akidb.bench.measure.Report;

/**
 * What many tenants cost a node.
 *
 * @param date when, UTC
 * @param machine where
 * @param shape of the bucket
 * @param alone a node just started on a bucket with one tenant
 * @param started a node just started on the bucket of many
 * @param touched the same after a search in each tenant
 * @param written the same after a write in each tenant
 * @param bytesPerTenant of heap for a tenant that is in use, its open collections not counted
 * @param bytesPerOpenCollection of heap
 * @param first the first search in each tenant, in a collection that nobody had opened
 * @param firstBuilt the first search in built collections
 * @param warm searches in tenants drawn at random whose collections are open
 * @param anywhere searches in collections drawn at random among all, few of which are open
 * @param writes the first write in each tenant
 * @param listing what lists cost
 * @param idle what the node asks of its store when nobody asks it anything
 * @param reconciledSeconds from the last write until the usage of each tenant was counted
 */
public record TenantsReport(
    String date,
    Report.Machine machine,
    TenantsShape shape,
    Size alone,
    Size started,
    Size touched,
    Size written,
    double bytesPerTenant,
    double bytesPerOpenCollection,
    First first,
    First firstBuilt,
    Latencies.Summary warm,
    Latencies.Summary anywhere,
    Latencies.Summary writes,
    Listing listing,
    Idle idle,
    double reconciledSeconds) {

  /**
   * A node at a moment, after a collection of garbage.
   *
   * @param startMs from the start of the process until it answered
   * @param heapBytes in use
   * @param residentBytes of the process
   * @param threads of the operating system
   * @param openCollections in memory
   */
  public record Size(
      double startMs, long heapBytes, long residentBytes, int threads, int openCollections) {}

  /**
   * First searches.
   *
   * @param firstMs in the first tenant
   * @param lastMs in the last
   * @param all of them
   * @param requestsPerCall of the object store
   */
  public record First(
      double firstMs, double lastMs, Latencies.Summary all, double requestsPerCall) {}

  /**
   * Lists.
   *
   * @param tenantsMs a page of 1,000 tenants
   * @param tenantsRequests of the object store
   * @param collectionsMs all collections of one tenant
   * @param collectionsRequests of the object store
   */
  public record Listing(
      double tenantsMs, long tenantsRequests, double collectionsMs, long collectionsRequests) {}

  /**
   * Requests of the object store a second, each over a while.
   *
   * @param started nothing is open
   * @param open as many collections are open as may be
   * @param written each tenant has just written, so that its usage is counted again
   * @param quiet after that
   */
  public record Idle(double started, double open, double written, double quiet) {}
}
