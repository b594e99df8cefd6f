package io.akidb.serving.fresh;

/** What the index below a fresh tier knows of an id. */
public interface IndexedVersions {
  /** Nothing is indexed. */
  IndexedVersions NONE =
      new IndexedVersions() {
        @Override
        public long maxOrder() {
          return -1;
        }

        @Override
        public long newestOrder(String id) {
          return -1;
        }

        @Override
        public boolean contains(String id) {
          return false;
        }
      };

  /** No record in the index has a greater order. */
  long maxOrder();

  /** The order of the id's newest version, live or deleted, or -1 if the index never saw it. */
  long newestOrder(String id);

  /** Whether the index has a live vector of this id. */
  boolean contains(String id);
}
