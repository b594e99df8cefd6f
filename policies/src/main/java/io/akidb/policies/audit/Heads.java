package io.akidb.policies.audit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectNotFoundException;
import io.akidb.objectstore.ObjectStore;
import java.security.PrivateKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** The heads of all chains: how far each has come, signed by its key. */
final class Heads {
  static final int BYTES_MAX = 16 << 10;
  private static final int PAGE = 1000;
  private static final String VERSION = "akidb_audit_head";
  private static final String TOLD = "told";

  private final ObjectStore store;

  Heads(ObjectStore store) {
    this.store = store;
  }

  /**
   * One head.
   *
   * @param told the last batch that tells of more than other chains; what witnesses only is nothing
   *     to witness, or idle nodes would go on about each other for ever
   */
  static byte[] write(Witnessed head, long told, PrivateKey key) {
    ObjectNode header = Json.object().put(VERSION, 1);
    header.setAll(head.json());
    header.put(TOLD, told);
    return Signed.write(header, List.of(), key);
  }

  /** The last batch of a chain that tells of more than other chains. */
  static long told(ObjectNode head) {
    return head.path(TOLD).asLong(head.path("number").asLong());
  }

  /**
   * A chain's head, with its signature yet to be looked at.
   *
   * @throws CorruptAuditException if it is none, or of another chain
   * @throws ObjectNotFoundException if it was removed meanwhile
   */
  Signed read(String chain) {
    Signed head = Signed.read(store.get(AuditKeys.head(chain), BYTES_MAX).bytes());
    if (head.header().path(VERSION).asInt() != 1 || !Link.of(head.header()).chain().equals(chain)) {
      throw new CorruptAuditException("the head of " + chain + " is none of it", null);
    }
    return head;
  }

  /** Every chain that has a head, in the order of their starts. */
  void forEachChain(Consumer<String> chains) {
    String after = null;
    do {
      ListPage page = store.list(AuditKeys.HEADS, after, PAGE);
      for (ObjectMetadata object : page.objects()) {
        String chain = AuditKeys.chainOfHead(object.key());
        if (chain != null) {
          chains.accept(chain);
        }
      }
      after = page.nextStartAfter();
    } while (after != null);
  }

  /** The heads of the chains that were started last; those that cannot be read are left out. */
  List<ObjectNode> newest(int count) {
    Deque<String> chains = new ArrayDeque<>(count + 1);
    forEachChain(
        chain -> {
          chains.addLast(chain);
          if (chains.size() > count) {
            chains.removeFirst();
          }
        });
    List<ObjectNode> found = new ArrayList<>(chains.size());
    for (String chain : chains) {
      try {
        found.add(read(chain).header());
      } catch (CorruptAuditException | ObjectNotFoundException e) {
        // To tell of it is the verification's business.
      }
    }
    return found;
  }
}
