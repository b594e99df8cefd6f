package io.akidb.policies.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.objectstore.FolderPage;
import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectNotFoundException;
import io.akidb.objectstore.ObjectStore;
import io.akidb.policies.audit.Finding.Kind;
import io.akidb.tenancy.InvalidNameException;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantNamespace;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds what was removed, changed, reordered or made up in the log. For one use by one thread; may
 * run while nodes write. Memory grows with chains and tenants, not with events.
 *
 * <p>What it can find follows from who cannot lie: a batch is held by its signature, by the hash in
 * the one after it, by its chain's head, by the first batch of each of the 64 chains that follow,
 * by what the processes that live put on record of each other's chains every five minutes, and by
 * the heads that an earlier verification handed out. Who can write the whole bucket and holds
 * nothing outside of it can still cut off what was written since anybody witnessed it, head and
 * all; heads kept outside find that, and a root key finds a whole log that was made up.
 */
public final class AuditVerifier {
  private static final int FINDINGS_MAX = 1_000;
  private static final int PAGE = 1_000;
  private static final int BATCH_BYTES_MAX = 64 << 20;

  private final ObjectStore store;
  private final List<PublicKey> roots;
  private final List<Finding> findings = new ArrayList<>();
  private final Map<String, VerifiedChain> chains = new TreeMap<>();
  private final Map<String, Signed> heads = new HashMap<>();
  private final Claims claims = new Claims();
  private final Map<String, Told> witnessed = new HashMap<>();
  private final Map<String, String> reviewed = new HashMap<>();
  private final Map<TenantId, Long> copiesOf = new HashMap<>();
  private final Map<TenantId, Boolean> exists = new HashMap<>();
  private long batches;
  private long events;
  private long copies;
  private long purged;
  private long unconfirmed;

  /**
   * Prepares.
   *
   * @param rootKeys PEM text of the public keys of which one has to vouch for each chain; null for
   *     none, and then the chains' own keys are taken as they stand in the bucket
   * @param known heads that an earlier verification handed out
   * @throws CorruptAuditException if a key or head is none
   */
  public AuditVerifier(ObjectStore store, @Nullable String rootKeys, List<String> known) {
    this.store = store;
    this.roots = rootKeys == null ? List.of() : Signing.publicKeys(rootKeys);
    for (String line : known) {
      Link link = Link.of(Json.parse(line));
      claims.add(link, "an earlier verification");
      reviewed.put(link.chain(), link.sha256());
    }
  }

  /** The farthest that a chain is said to have come. */
  private record Told(Witnessed witnessed, String teller) {}

  /** Verifies everything. */
  public Verification verify() {
    readHeads();
    forEachBatch(
        null,
        (key, name) -> {
          if (name.isPresent() && name.get().number() == 0) {
            readFirst(key, name.get());
          }
        });
    forEachBatch(null, this::check);
    chains.values().forEach(this::checkHead);
    claims.unmet().forEach(this::missing);
    witnessed.values().forEach(this::checkWitnessed);
    forEachTenant(this::checkExtras);
    List<String> told =
        chains.values().stream()
            .filter(chain -> chain.sha256() != null)
            .map(AuditVerifier::told)
            .toList();
    return new Verification(
        findings, chains.size(), batches, events, copies, purged, unconfirmed, told);
  }

  /** How far a chain has come, as a line of a checkpoint. */
  private static String told(VerifiedChain chain) {
    String hash = chain.sha256() == null ? "" : chain.sha256();
    return Json.line(new Link(chain.id(), chain.next() - 1, hash).json());
  }

  private void find(Kind kind, String key, String detail) {
    if (findings.size() < FINDINGS_MAX) {
      findings.add(new Finding(kind, key, detail));
    }
  }

  private void readHeads() {
    Heads all = new Heads(store);
    all.forEachChain(
        id -> {
          try {
            Signed head = all.read(id);
            Link link = Link.of(head.header());
            chain(id).head(link);
            heads.put(id, head);
            claims.add(link, "its head");
          } catch (CorruptAuditException e) {
            find(Kind.UNREADABLE, AuditKeys.head(id), String.valueOf(e.getMessage()));
          } catch (ObjectNotFoundException e) {
            find(Kind.MISSING, AuditKeys.head(id), "it was removed just now");
          }
        });
  }

  private VerifiedChain chain(String id) {
    return chains.computeIfAbsent(id, VerifiedChain::new);
  }

  private void forEachBatch(
      @Nullable TenantId tenant, BiConsumer<String, Optional<BatchName>> each) {
    String prefix = AuditKeys.log(tenant);
    String after = null;
    do {
      ListPage page = store.list(prefix, after, PAGE);
      for (ObjectMetadata object : page.objects()) {
        each.accept(object.key(), BatchName.of(object.key().substring(prefix.length())));
      }
      after = page.nextStartAfter();
    } while (after != null);
  }

  /** Takes the chain's key, and what its first batch tells of other chains. */
  private void readFirst(String key, BatchName name) {
    try {
      JsonNode header = Signed.read(store.get(key, BATCH_BYTES_MAX).bytes()).header();
      VerifiedChain chain = chain(name.chain());
      chain.key(Signing.publicKey(header.path("key").asText()));
      header
          .path("witnessed")
          .forEach(link -> claims.add(Link.of(link), "the first batch of " + name.chain()));
      if (!roots.isEmpty() && !isVouched(name.chain(), header)) {
        find(Kind.UNVOUCHED, key, "no root key vouches for the chain's key");
      }
    } catch (CorruptAuditException e) {
      // The check of all batches tells of it.
    } catch (ObjectNotFoundException e) {
      find(Kind.MISSING, key, "it was removed just now");
    }
  }

  private boolean isVouched(String chain, JsonNode header) {
    byte[] vouched = Chain.vouched(chain, header.path("key").asText());
    String certificate = header.path("certificate").asText();
    return roots.stream().anyMatch(root -> Signing.isSigned(root, vouched, certificate));
  }

  private void check(String key, Optional<BatchName> parsed) {
    if (parsed.isEmpty()) {
      find(Kind.FORGED, key, "no writer makes such a name");
      return;
    }
    BatchName name = parsed.get();
    VerifiedChain chain = chain(name.chain());
    batches++;
    byte[] bytes;
    Signed batch;
    try {
      bytes = store.get(key, BATCH_BYTES_MAX).bytes();
      batch = Signed.read(bytes);
      BatchForm.check(batch, "system", name);
    } catch (CorruptAuditException e) {
      find(Kind.UNREADABLE, key, String.valueOf(e.getMessage()));
      claims.meet(name.chain(), name.number());
      chain.follow(Math.max(name.number(), chain.next() - 1), "", name.lastAtMs());
      return;
    } catch (ObjectNotFoundException e) {
      find(Kind.MISSING, key, "it was removed just now");
      return;
    }
    checkSignature(key, chain, batch);
    checkPlace(key, chain, name, batch);
    String hash = Signing.sha256(bytes);
    for (String teller : claims.contradicting(new Link(name.chain(), name.number(), hash))) {
      find(Kind.CHANGED, key, "it is not the batch that " + teller + " tells of");
    }
    if (name.number() >= chain.next()) {
      chain.follow(name.number(), hash, name.lastAtMs());
    }
    events += batch.rest().size();
    Link head = chain.head();
    boolean confirmed = head != null && name.number() <= head.number();
    unconfirmed += confirmed ? 0 : 1;
    if (name.number() > 0) {
      // What the first one tells was heard before.
      hearWitness(key, batch);
    }
    batch
        .header()
        .path("copies")
        .properties()
        .forEach(copy -> checkCopy(name, copy.getKey(), copy.getValue().asText(), confirmed));
  }

  private void hearWitness(String key, Signed batch) {
    try {
      batch
          .header()
          .path("witnessed")
          .forEach(told -> hear("the batch " + key, Witnessed.of(told)));
    } catch (CorruptAuditException e) {
      find(Kind.UNREADABLE, key, String.valueOf(e.getMessage()));
    }
  }

  /** Keeps the farthest only: what is before it follows from the chain. */
  private void hear(String teller, Witnessed told) {
    witnessed.merge(
        told.link().chain(),
        new Told(told, teller),
        (a, b) -> b.witnessed().link().number() > a.witnessed().link().number() ? b : a);
  }

  private void checkWitnessed(Told told) {
    Optional<String> key = told.witnessed().key();
    if (key.isEmpty()) {
      return;
    }
    try {
      byte[] bytes = store.get(key.get(), BATCH_BYTES_MAX).bytes();
      if (!Signing.sha256(bytes).equals(told.witnessed().link().sha256())) {
        find(Kind.CHANGED, key.get(), "it is not the batch that " + told.teller() + " tells of");
      }
    } catch (ObjectNotFoundException e) {
      find(Kind.MISSING, key.get(), told.teller() + " tells of it");
    }
  }

  private void checkSignature(String key, VerifiedChain chain, Signed batch) {
    PublicKey signer = chain.key();
    if (signer == null) {
      find(Kind.FORGED, key, "its chain has no first batch with a key");
    } else if (!batch.isBy(signer)) {
      find(Kind.FORGED, key, "it is not signed by its chain's key");
    }
  }

  private void checkPlace(String key, VerifiedChain chain, BatchName name, Signed batch) {
    if (name.number() < chain.next() || name.lastAtMs() < chain.lastAtMs()) {
      find(Kind.CHANGED, key, "it stands out of its order");
    } else if (name.number() > chain.next()) {
      find(
          Kind.MISSING,
          key,
          "batches " + chain.next() + " to " + (name.number() - 1) + " before it are gone");
    } else {
      JsonNode previous = batch.header().path("previous");
      String told = previous.isTextual() ? previous.textValue() : null;
      if (!java.util.Objects.equals(told, chain.sha256())) {
        find(Kind.CHANGED, key, "the batch before it is not the one that it followed");
      }
    }
  }

  private void checkCopy(BatchName name, String owner, String sha256, boolean confirmed) {
    TenantId tenant;
    try {
      tenant = new TenantId(owner);
    } catch (InvalidNameException e) {
      find(Kind.FORGED, AuditKeys.LOG + name.text(), "it tells of a copy for no tenant");
      return;
    }
    String key = AuditKeys.log(tenant) + name.text();
    try {
      byte[] copy = store.get(key, BATCH_BYTES_MAX).bytes();
      copies++;
      copiesOf.merge(tenant, 1L, Long::sum);
      if (!Signing.sha256(copy).equals(sha256)) {
        find(Kind.CHANGED, key, "it is not the copy that the platform's log tells of");
      }
    } catch (ObjectNotFoundException e) {
      if (!exists.computeIfAbsent(tenant, this::isThere)) {
        purged++;
      } else if (confirmed) {
        find(Kind.MISSING, key, "the platform's log tells of it");
      }
    }
  }

  private boolean isThere(TenantId tenant) {
    return store.head(new TenantNamespace(tenant).tenantManifestKey()).isPresent();
  }

  private void checkHead(VerifiedChain chain) {
    String key = AuditKeys.head(chain.id());
    Signed head = heads.get(chain.id());
    PublicKey signer = chain.key();
    if (head != null && (signer == null || !head.isBy(signer))) {
      find(Kind.FORGED, key, "it is not signed by its chain's key");
    } else if (head == null && chain.next() > 1) {
      find(Kind.MISSING, key, "the chain has batches, but no head");
    } else if (head == null && chain.next() == 1 && !isReviewed(chain) && isHeadless(chain)) {
      find(
          Kind.MISSING,
          key,
          "the chain has one batch and no head: its process was killed at that moment, or the rest"
              + " was cut off; if you know that it was killed, add this line to the checkpoint: "
              + told(chain));
    }
  }

  /** Whether an earlier verification knew the chain as it is now. */
  private boolean isReviewed(VerifiedChain chain) {
    String hash = chain.sha256();
    return hash != null && hash.equals(reviewed.get(chain.id()));
  }

  /** Whether it still has no head: it may have been beginning when the heads were read. */
  private boolean isHeadless(VerifiedChain chain) {
    return store.head(AuditKeys.head(chain.id())).isEmpty();
  }

  private void missing(Claims.Claim claim) {
    find(
        Kind.MISSING,
        AuditKeys.LOG + "*-" + claim.link().chain() + "-" + claim.link().number(),
        claim.teller() + " tells of it");
  }

  private void forEachTenant(java.util.function.Consumer<TenantId> each) {
    String after = null;
    do {
      FolderPage page = store.listFolders(TenantNamespace.TENANTS_PREFIX, after, PAGE);
      for (String folder : page.names()) {
        try {
          each.accept(new TenantId(folder));
        } catch (InvalidNameException e) {
          // Somebody else's folder is no log of ours.
        }
      }
      after = page.nextStartAfter();
    } while (after != null);
  }

  /** Whether a tenant's log holds what the platform's does not tell of. */
  private void checkExtras(TenantId tenant) {
    List<String> keys = new ArrayList<>();
    long[] count = new long[1];
    forEachBatch(tenant, (key, name) -> count[0]++);
    if (count[0] == copiesOf.getOrDefault(tenant, 0L)) {
      return;
    }
    forEachBatch(
        tenant,
        (key, name) -> {
          if ((name.isEmpty() || !isTold(tenant, name.get())) && keys.size() < FINDINGS_MAX) {
            keys.add(key);
          }
        });
    keys.forEach(key -> find(Kind.FORGED, key, "the platform's log does not tell of it"));
  }

  private boolean isTold(TenantId tenant, BatchName name) {
    try {
      return Signed.read(store.get(AuditKeys.LOG + name.text(), BATCH_BYTES_MAX).bytes())
          .header()
          .path("copies")
          .has(tenant.value());
    } catch (CorruptAuditException | ObjectNotFoundException e) {
      return false;
    }
  }
}
