package io.akidb.policies.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.policies.audit.Finding.Kind;
import io.akidb.tenancy.TenantNamespace;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is done to a log that was written, the verification finds it. */
class AuditVerifierTest {
  private final TestLog log = new TestLog();

  private void finds(Kind kind, String key) {
    Verification seen = log.verify();
    assertThat(seen.isSound()).isFalse();
    assertThat(seen.summary().get("sound").booleanValue()).isFalse();
    assertThat(seen.findings())
        .as("%s", seen)
        .anyMatch(finding -> finding.kind() == kind && finding.key().equals(key));
  }

  private static String pem(KeyPair keys) {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(keys.getPublic().getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  @Test
  void untouchedLog_ofSeveralNodesAndStarts_isSound() {
    log.write("a", 3);
    log.write("b", 2);
    log.write("a", 2);

    Verification seen = log.verify();

    assertThat(seen.findings()).isEmpty();
    assertThat(seen.chains()).isEqualTo(3);
    assertThat(seen.batches()).isEqualTo(7);
    assertThat(seen.events()).isEqualTo(7);
    assertThat(seen.copies()).isEqualTo(7);
    assertThat(seen.unconfirmed()).isZero();
    assertThat(seen.heads()).hasSize(3);
    assertThat(log.verify(null, seen.heads()).isSound()).isTrue();
  }

  @Test
  void noLogAtAll_isSound() {
    assertThat(log.verify().isSound()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void removedBatch_wherever_isMissed(int index) {
    log.write("a", 3);
    log.store.delete(log.batches().get(index));

    assertThat(log.verify().findings()).extracting(Finding::kind).contains(Kind.MISSING);
  }

  @Test
  void cutTail_isToldByTheHead() {
    log.write("a", 4);
    List<String> batches = log.batches();
    log.store.delete(batches.get(2));
    log.store.delete(batches.get(3));

    Verification seen = log.verify();

    assertThat(seen.findings())
        .anyMatch(f -> f.kind() == Kind.MISSING && f.detail().contains("its head"));
  }

  @Test
  void cutTailWithItsHead_isToldByTheNextChainAndByEarlierVerifications() {
    log.write("a", 3);
    List<String> known = log.verify().heads();
    List<String> batches = log.batches();
    String head = log.keys(AuditKeys.HEADS).get(0);
    log.store.delete(batches.get(2));
    log.store.delete(batches.get(1));
    log.store.delete(head);
    log.store.delete(log.copies().get(2));
    log.store.delete(log.copies().get(1));
    assertThat(log.verify(null, known).findings()).extracting(Finding::kind).contains(Kind.MISSING);

    TestLog other = new TestLog();
    other.write("a", 3);
    other.write("b", 1);
    for (String key : other.batches().subList(0, 3)) {
      other.store.delete(key);
    }
    other.store.delete(other.keys(AuditKeys.HEADS).get(0));
    for (String key : other.copies().subList(0, 3)) {
      other.store.delete(key);
    }
    assertThat(other.verify().findings())
        .singleElement()
        .satisfies(f -> assertThat(f.kind()).isEqualTo(Kind.MISSING))
        .satisfies(f -> assertThat(f.detail()).contains("first batch"));
  }

  @Test
  void anyChangedByte_ofABatch_isFound() {
    log.write("a", 2);
    String key = log.batches().get(0);
    byte[] written = log.bytes(key);
    for (int i = 0; i < written.length; i += 7) {
      byte[] changed = written.clone();
      changed[i] ^= 1;
      log.store.put(key, changed);
      assertThat(log.verify().isSound()).as("byte " + i).isFalse();
    }
    log.store.put(key, written);
    assertThat(log.verify().isSound()).isTrue();
  }

  @Test
  void changedHead_isFound() {
    log.write("a", 2);
    String head = log.keys(AuditKeys.HEADS).get(0);
    byte[] written = log.bytes(head);
    String text = new String(written, StandardCharsets.UTF_8);
    log.store.put(
        head, text.replace("\"number\":1", "\"number\":0").getBytes(StandardCharsets.UTF_8));
    finds(Kind.FORGED, head);
    log.store.put(head, "{}".getBytes(StandardCharsets.UTF_8));
    finds(Kind.UNREADABLE, head);
    log.store.delete(head);
    finds(Kind.MISSING, head);
  }

  @Test
  void reorderedBatches_areFound() {
    log.write("a", 3);
    List<String> keys = log.batches();
    byte[] first = log.bytes(keys.get(1));
    log.store.put(keys.get(1), log.bytes(keys.get(2)));
    log.store.put(keys.get(2), first);

    assertThat(log.verify().isSound()).isFalse();
  }

  @Test
  void batchForgedWithAnotherKey_isFound() {
    log.write("a", 2);
    String key = log.batches().get(1);
    Signed written = Signed.read(log.bytes(key));
    ObjectNode event = Json.parse(written.rest().get(0)).put("who", "key:scapegoat");
    KeyPair forger = Signing.newKeys(new SecureRandom());
    byte[] forged = Signed.write(written.header(), List.of(Json.line(event)), forger.getPrivate());
    log.store.put(key, forged);

    finds(Kind.FORGED, key);
    finds(Kind.CHANGED, key);
  }

  @Test
  void batchAppendedByAForger_isFound() {
    log.write("a", 2);
    BatchName last =
        BatchName.of(log.batches().get(1).substring(AuditKeys.LOG.length())).orElseThrow();
    Signed written = Signed.read(log.bytes(log.batches().get(1)));
    ObjectNode header = written.header().put("batch", 2).put("number", 2);
    header.put("previous", Signing.sha256(log.bytes(log.batches().get(1))));
    header.putObject("copies");
    String key = AuditKeys.LOG + new BatchName(last.lastAtMs(), last.chain(), 2).text();
    log.store.put(
        key,
        Signed.write(header, written.rest(), Signing.newKeys(new SecureRandom()).getPrivate()));
    finds(Kind.FORGED, key);
    log.store.delete(key);
    String odd = AuditKeys.LOG + "odd.jsonl";
    log.store.put(odd, new byte[] {1});
    finds(Kind.FORGED, odd);
  }

  @Test
  void wholeLogMadeUp_isFoundByARootKeyOnly() {
    KeyPair root = Signing.newKeys(new SecureRandom());
    KeyPair olderRoot = Signing.newKeys(new SecureRandom());
    log.write("a", 2, olderRoot.getPrivate());
    log.write("b", 2, root.getPrivate());
    String both = pem(olderRoot) + pem(root);
    assertThat(log.verify(both, List.of()).findings()).isEmpty();
    assertThat(log.verify(pem(root), List.of()).findings())
        .extracting(Finding::kind)
        .containsExactly(Kind.UNVOUCHED);

    TestLog madeUp = new TestLog();
    madeUp.write("a", 2, Signing.newKeys(new SecureRandom()).getPrivate());
    assertThat(madeUp.verify().isSound()).as("nothing outside of the bucket to tell").isTrue();
    assertThat(madeUp.verify(both, List.of()).findings())
        .extracting(Finding::kind)
        .containsExactly(Kind.UNVOUCHED);
    assertThatThrownBy(() -> log.verify("no key", List.of()))
        .isInstanceOf(CorruptAuditException.class);
    assertThatThrownBy(() -> log.verify(null, List.of("{}")))
        .isInstanceOf(CorruptAuditException.class);
  }

  @Test
  void tenantsCopy_removedChangedOrMadeUp_isFound() {
    log.write("a", 2);
    String copy = log.copies().get(0);
    byte[] written = log.bytes(copy);
    log.store.delete(copy);
    finds(Kind.MISSING, copy);
    byte[] changed = written.clone();
    changed[10] ^= 1;
    log.store.put(copy, changed);
    finds(Kind.CHANGED, copy);
    log.store.put(copy, written);
    assertThat(log.verify().isSound()).isTrue();
    String extra = copy.replace("-0000000000.", "-0000000009.");
    log.store.put(extra, written);
    finds(Kind.FORGED, extra);
  }

  @Test
  void purgedTenant_takesItsCopiesAlongWithoutAnyFinding() {
    log.write("a", 2);
    log.copies().forEach(log.store::delete);
    log.store.delete(new TenantNamespace(TestLog.TENANT).tenantManifestKey());

    Verification seen = log.verify();

    assertThat(seen.findings()).isEmpty();
    assertThat(seen.purged()).isEqualTo(2);
  }

  @Test
  void chainOfOneBatchWithoutAHead_isFoundUntilSomebodyKnowsWhy() {
    TestLog cut = new TestLog();
    cut.write("a", 3);
    for (String key : cut.batches().subList(1, 3)) {
      cut.store.delete(key);
    }
    for (String key : cut.copies().subList(1, 3)) {
      cut.store.delete(key);
    }
    cut.store.delete(cut.keys(AuditKeys.HEADS).get(0));

    Verification seen = cut.verify();

    assertThat(seen.findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.kind()).isEqualTo(Kind.MISSING))
        .satisfies(finding -> assertThat(finding.detail()).endsWith(seen.heads().get(0)));
    assertThat(seen.unconfirmed()).isEqualTo(1);
    assertThat(cut.verify(null, seen.heads()).findings()).isEmpty();
  }

  /** Waits until a chain's batch tells that another has come so far. */
  private static void awaitWitness(TestLog log, String chain, long number) throws Exception {
    Instant end = Instant.now().plusSeconds(30);
    while (!isWitnessed(log, chain, number)) {
      assertThat(Instant.now()).as("a witness within 30 s").isBefore(end);
      Thread.onSpinWait();
    }
  }

  private static boolean isWitnessed(TestLog log, String chain, long number) {
    for (String key : log.batches()) {
      for (JsonNode told : Signed.read(log.bytes(key)).header().path("witnessed")) {
        Link link = Link.of(told);
        if (link.chain().equals(chain) && link.number() >= number) {
          return true;
        }
      }
    }
    return false;
  }

  @Test
  void cutTailOfALiveChain_withItsHead_isToldByAnotherProcess() throws Exception {
    try (AuditLog a = log.open("a", null)) {
      a.require(TestLog.event("a-0", TestLog.TENANT));
      String head = log.keys(AuditKeys.HEADS).get(0);
      String chain = String.valueOf(AuditKeys.chainOfHead(head));
      try (AuditLog b = log.openWitnessing("b")) {
        b.require(TestLog.event("b-0", null));
        List<String> before = log.batches();
        a.require(TestLog.event("a-1", TestLog.TENANT));
        a.require(TestLog.event("a-2", TestLog.TENANT));
        awaitWitness(log, chain, 2);
        assertThat(log.verify().findings()).isEmpty();
        List<String> after = log.batches();
        after.removeAll(before);
        after.removeIf(key -> !key.contains(chain + "-"));
        after.forEach(log.store::delete);
        for (String key : log.copies().subList(1, 3)) {
          log.store.delete(key);
        }
        log.store.delete(head);
      }
    }
    assertThat(log.verify().findings())
        .anyMatch(
            f -> f.kind() == Kind.MISSING && f.detail().startsWith("the batch " + AuditKeys.LOG));
  }

  @Test
  void lastEventOfALiveChain_isSoonFollowedByAWitness() {
    try (AuditLog alone = log.openWitnessing("a")) {
      alone.require(TestLog.event("a-0", null));
      Instant end = Instant.now().plusSeconds(30);
      while (log.batches().size() < 2) {
        assertThat(Instant.now()).as("a witness within 30 s").isBefore(end);
        Thread.onSpinWait();
      }
      alone.require(TestLog.event("a-1", null));
    }
    assertThat(log.verify().findings()).isEmpty();
    assertThat(log.verify().events()).isGreaterThanOrEqualTo(3);
    log.store.delete(log.batches().get(0));
    assertThat(log.verify().isSound()).isFalse();
  }

  @Test
  void idleWriters_doNotGoOnAboutEachOther() {
    ChainWriter a = writer("a");
    ChainWriter b = writer("b");
    a.write(List.of(record(TestLog.event("a-0", null))));
    assertThat(b.hasNews(false)).as("a writer without a chain").isFalse();
    assertThat(b.hasNews(true)).isTrue();
    b.write(List.of(record(witness())));
    assertThat(a.hasNews(true)).as("its own").isTrue();
    a.write(List.of(record(witness())));
    assertThat(a.hasNews(true)).isFalse();
    assertThat(b.hasNews(true)).isFalse();
    a.write(List.of(record(TestLog.event("a-2", null))));
    assertThat(b.hasNews(false)).isTrue();
    assertThat(log.verify().findings()).isEmpty();
  }

  private ChainWriter writer(String node) {
    return new ChainWriter(log.store, Clock.systemUTC(), new SecureRandom(), node, null);
  }

  private static AuditEvent witness() {
    return AuditEvent.of("node", "audit.witness", "", null, Outcome.SUCCEEDED);
  }

  private static AuditRecord record(AuditEvent event) {
    return new AuditRecord(Instant.now().truncatedTo(ChronoUnit.MILLIS), "n", event);
  }

  @Test
  void headOfAnOlderVersion_isStillOne() {
    ObjectNode old = new Link("0".repeat(23), 7, "0".repeat(64)).json();

    assertThat(Heads.told(old)).isEqualTo(7);
    assertThat(Witnessed.of(old).key()).isEmpty();
    assertThat(Witnessed.of(old.deepCopy().put("at_ms", 5)).key()).isPresent();
  }
}
