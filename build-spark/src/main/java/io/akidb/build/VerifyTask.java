package io.akidb.build;

import io.akidb.objectstore.ObjectStore;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;

/**
 * Reads finished shards of an earlier attempt on an executor, and keeps the receipts of those that
 * are whole.
 */
record VerifyTask(StoreAccess access, CollectionAddress address, UUID buildId)
    implements Serializable {
  Iterator<ShardReceipt> run(Iterator<ShardReceipt> receipts) {
    List<ShardReceipt> whole = new ArrayList<>();
    try (ObjectStore store = access.open()) {
      BuildFiles files = new BuildFiles(store, address, buildId);
      while (receipts.hasNext()) {
        ShardReceipt receipt = receipts.next();
        if (files.holds(receipt)) {
          whole.add(receipt);
        }
      }
    }
    return whole.iterator();
  }
}
