package io.akidb.tenancy;

import java.util.UUID;

/**
 * A tenant's object keys. No other code forms a key below {@code akidb/tenants/}; since every part
 * is a validated type (an id, a name, a number, a UUID), no key can leave the tenant's prefix.
 *
 * @param tenant whose keys
 */
public record TenantNamespace(TenantId tenant) {
  /** Below which every tenant has a folder. */
  public static final String TENANTS_PREFIX = "akidb/tenants/";

  /** Below which the platform keeps what belongs to no tenant. */
  public static final String SYSTEM_PREFIX = "akidb/system/";

  /** Everything that this tenant owns lies below it. Ends with a slash. */
  public String prefix() {
    return TENANTS_PREFIX + tenant + "/";
  }

  /** The tenant's descriptor and quotas. */
  public String tenantManifestKey() {
    return prefix() + "manifest.json";
  }

  /** The tenant's copy of its events in the audit log. Ends with a slash. */
  public String auditPrefix() {
    return prefix() + "audit/";
  }

  /** Below which each collection has a folder. Ends with a slash. */
  public String collectionsPrefix() {
    return prefix() + "collections/";
  }

  /** Everything of one collection. Ends with a slash. */
  public String collectionPrefix(CollectionName collection) {
    return collectionsPrefix() + collection + "/";
  }

  /** The head: the one object of a collection that is ever replaced. */
  public String headKey(CollectionName collection) {
    return collectionPrefix(collection) + "manifest.json";
  }

  /**
   * What a generation that is no longer the head listed. Fixed width, so that listing order is
   * numeric order.
   */
  public String generationKey(CollectionName collection, long generation) {
    return generationsPrefix(collection)
        + String.format(java.util.Locale.ROOT, "%019d", generation)
        + ".json";
  }

  /** Ends with a slash. */
  public String generationsPrefix(CollectionName collection) {
    return collectionPrefix(collection) + "generations/";
  }

  /** An immutable segment. */
  public String segmentKey(CollectionName collection, UUID segment) {
    return segmentsPrefix(collection) + segment + ".avro";
  }

  /** Ends with a slash. */
  public String segmentsPrefix(CollectionName collection) {
    return collectionPrefix(collection) + "segments/";
  }

  /** An immutable page of a manifest's list of segments. */
  public String pageKey(CollectionName collection, UUID page) {
    return pagesPrefix(collection) + page + ".avro";
  }

  /** Ends with a slash. */
  public String pagesPrefix(CollectionName collection) {
    return collectionPrefix(collection) + "pages/";
  }

  /** What a build reads and writes below. Ends with a slash. */
  public String buildPrefix(CollectionName collection, UUID build) {
    return shardsPrefix(collection) + build + "/";
  }

  /** Ends with a slash. */
  public String shardsPrefix(CollectionName collection) {
    return collectionPrefix(collection) + "shards/";
  }

  /** The built graph of one partition. */
  public String shardKey(CollectionName collection, UUID build, int partition) {
    return buildPrefix(collection, build) + partition + ".shard";
  }

  /** The list of a build's shards. */
  public String indexKey(CollectionName collection, UUID build) {
    return buildPrefix(collection, build) + "index.avro";
  }

  /** The centroids by which a build routes vectors to partitions. */
  public String routerKey(CollectionName collection, UUID build) {
    return buildPrefix(collection, build) + "router.bin";
  }

  /** The product-quantization codebook of a build. */
  public String codebookKey(CollectionName collection, UUID build) {
    return buildPrefix(collection, build) + "codebook.bin";
  }

  /** Tombstones that a build carried over, so that a late older record stays deleted. */
  public String tombstonesKey(CollectionName collection, UUID build) {
    return buildPrefix(collection, build) + "tombstones.avro";
  }

  /** What decides what a build makes, so that a restarted one makes the same. */
  public String buildPlanKey(CollectionName collection, UUID build) {
    return buildPrefix(collection, build) + "plan.json";
  }

  /** Says that a shard is finished, so that a restarted build need not make it again. */
  public String shardReceiptKey(CollectionName collection, UUID build, int partition) {
    return buildPrefix(collection, build) + partition + ".receipt.json";
  }

  /** The request for a build, and its progress. */
  public String buildRequestKey(CollectionName collection, UUID build) {
    return buildRequestsPrefix(collection) + build + ".json";
  }

  /** Ends with a slash. */
  public String buildRequestsPrefix(CollectionName collection) {
    return collectionPrefix(collection) + "builds/";
  }

  /** A bad record of a stream, kept with its reason. */
  public String deadLetterKey(CollectionName collection, UUID object) {
    return collectionPrefix(collection) + "dead-letters/" + object + ".jsonl";
  }

  /** Bad records that a stream has not committed yet. */
  public String stagedDeadLetterKey(CollectionName collection, UUID object) {
    return collectionPrefix(collection) + "dead-letters-staged/" + object + ".jsonl";
  }
}
