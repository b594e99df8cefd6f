package io.akidb.serving.collection;

/**
 * What a query sees, with the memory that it takes: a generation of the past is neither let go of
 * nor is its memory another's before the last lease of it is closed. Closed once, by one thread.
 */
public final class ViewLease implements AutoCloseable {
  private final CollectionView view;
  private final Runnable end;

  private ViewLease(CollectionView view, Runnable end) {
    this.view = view;
    this.end = end;
  }

  /** Of a view that an open collection holds. */
  public static ViewLease of(CollectionView view) {
    return new ViewLease(view, () -> {});
  }

  /** Of a view that is held for its leases. */
  static ViewLease of(CollectionView view, Runnable end) {
    return new ViewLease(view, end);
  }

  /** The view. */
  public CollectionView view() {
    return view;
  }

  @Override
  public void close() {
    end.run();
  }
}
