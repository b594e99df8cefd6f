package io.akidb.policies.audit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.tenancy.TenantId;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The chain of one writer: makes each batch out of the one before it. For one thread; writes
 * nothing itself.
 */
final class Chain {
  static final int VERSION = 1;
  static final String VERSION_FIELD = "akidb_audit";

  /** Tenants of which one chain remembers where their copies stand; a new chain follows it. */
  static final int TENANTS_MAX = 100_000;

  private final String id;
  private final String node;
  private final Instant startedAt;
  private final KeyPair keys;
  private final @Nullable PrivateKey root;
  private final List<Witnessed> witnessed;
  private final Map<TenantId, Tail> tenants = new HashMap<>();
  private Tail tail = Tail.NONE;
  private long told = -1;

  /** Where a log stands: the number of its next batch, and the hash of its last one. */
  record Tail(long next, @Nullable String sha256) {
    static final Tail NONE = new Tail(0, null);

    Tail followedBy(String batchSha256) {
      return new Tail(next + 1, batchSha256);
    }
  }

  /**
   * A batch as it is to be written: first itself, then its copies, then the head, which confirms
   * both.
   *
   * @param name of batch and copies
   * @param batch the platform's
   * @param copies each tenant's
   * @param head how far the chain has come with it
   * @param told the chain's last batch that tells of more than other chains
   * @param tail where the log then stands
   * @param tails where the logs of the tenants with a copy then stand
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Prepared(
      BatchName name,
      byte[] batch,
      Map<TenantId, byte[]> copies,
      byte[] head,
      long told,
      Tail tail,
      Map<TenantId, Tail> tails) {}

  /**
   * Begins.
   *
   * @param keys of this chain alone
   * @param root vouches for the chain's public key; null for none
   * @param witnessed how far other chains had come
   */
  Chain(
      Instant startedAt,
      String node,
      KeyPair keys,
      @Nullable PrivateKey root,
      List<Witnessed> witnessed,
      RandomGenerator random) {
    byte[] suffix = new byte[4];
    random.nextBytes(suffix);
    this.id = BatchName.time(startedAt.toEpochMilli()) + HexFormat.of().formatHex(suffix);
    this.startedAt = startedAt;
    this.node = node;
    this.keys = keys;
    this.root = root;
    this.witnessed = List.copyOf(witnessed);
  }

  String id() {
    return id;
  }

  /** Its last batch that tells of more than other chains; -1 if there is none. */
  long told() {
    return told;
  }

  /** Whether another chain is to follow. */
  boolean isFull() {
    return tail.next() > BatchName.NUMBER_MAX - 1 || tenants.size() >= TENANTS_MAX;
  }

  /**
   * The next batch; the same again until {@link #written}, but for its events.
   *
   * @param records in the order of their times, at least one
   * @param others how far other chains have come, if this batch is to witness it; else null
   */
  Prepared prepare(List<AuditRecord> records, @Nullable List<Witnessed> others) {
    Instant last = records.get(records.size() - 1).at();
    BatchName name = new BatchName(last.toEpochMilli(), id, tail.next());
    Map<TenantId, List<String>> lines = new TreeMap<>();
    List<String> all = new ArrayList<>(records.size());
    for (AuditRecord each : records) {
      String line = Json.line(each.json());
      all.add(line);
      TenantId tenant = each.event().tenant();
      if (tenant != null) {
        lines.computeIfAbsent(tenant, t -> new ArrayList<>()).add(line);
      }
    }
    Map<TenantId, byte[]> copies = new LinkedHashMap<>();
    Map<TenantId, Tail> tails = new HashMap<>();
    ObjectNode header = header("system", tail, name, all.size());
    List<Witnessed> seen = tail.next() == 0 && others == null ? witnessed : others;
    if (seen != null) {
      ArrayNode links = header.putArray("witnessed");
      seen.forEach(link -> links.add(link.json()));
    }
    ObjectNode listed = header.putObject("copies");
    lines.forEach(
        (tenant, theirs) -> {
          Tail standing = tenants.getOrDefault(tenant, Tail.NONE);
          byte[] copy =
              Signed.write(
                  header(tenant.value(), standing, name, theirs.size()), theirs, keys.getPrivate());
          String sha256 = Signing.sha256(copy);
          copies.put(tenant, copy);
          tails.put(tenant, standing.followedBy(sha256));
          listed.put(tenant.value(), sha256);
        });
    byte[] batch = Signed.write(header, all, keys.getPrivate());
    String sha256 = Signing.sha256(batch);
    Link link = new Link(id, tail.next(), sha256);
    long tells = records.stream().allMatch(AuditLog::isWitness) ? told : tail.next();
    byte[] head = Heads.write(new Witnessed(link, name.lastAtMs()), tells, keys.getPrivate());
    return new Prepared(name, batch, copies, head, tells, tail.followedBy(sha256), tails);
  }

  private ObjectNode header(String log, Tail standing, BatchName name, int events) {
    ObjectNode header = Json.object().put(VERSION_FIELD, VERSION);
    header.put("log", log);
    header.put("chain", id);
    header.put("batch", name.number());
    header.put("number", standing.next());
    header.put("previous", standing.sha256());
    header.put("events", events);
    if (standing.next() == 0) {
      String key = Signing.text(keys.getPublic());
      header.put("node", node);
      header.put("started_at", startedAt.toString());
      header.put("key", key);
      header.put("certificate", root == null ? null : Signing.sign(root, vouched(id, key)));
    }
    return header;
  }

  /** What a root key signs to vouch for a chain's key. */
  static byte[] vouched(String chain, String key) {
    return ("akidb audit chain " + chain + " " + key)
        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  /** The batch stands in the bucket: the next one follows it. Telling it again changes nothing. */
  void written(Prepared prepared) {
    tail = prepared.tail();
    told = prepared.told();
    tenants.putAll(prepared.tails());
  }
}
