package io.akidb.catalog;

import io.akidb.objectstore.ObjectMetadata;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** What one run of garbage collection is about to delete, by the id under which it is listed. */
final class Condemned {
  private final Map<UUID, ObjectMetadata> segments = new LinkedHashMap<>();
  private final Map<UUID, ObjectMetadata> pages = new LinkedHashMap<>();
  private final Map<UUID, List<ObjectMetadata>> builds = new LinkedHashMap<>();

  void segment(UUID id, ObjectMetadata object) {
    segments.put(id, object);
  }

  void page(UUID id, ObjectMetadata object) {
    pages.put(id, object);
  }

  void build(UUID id, List<ObjectMetadata> objects) {
    builds.put(id, objects);
  }

  /** Spares what is listed after all. */
  void spare(LiveObjects live) {
    segments.keySet().removeAll(live.segments());
    pages.keySet().removeAll(live.pages());
    builds.keySet().removeAll(live.builds());
  }

  Set<UUID> builds() {
    return builds.keySet();
  }

  List<ObjectMetadata> objects() {
    List<ObjectMetadata> objects = new ArrayList<>(segments.values());
    objects.addAll(pages.values());
    builds.values().forEach(objects::addAll);
    return objects;
  }

  int size() {
    return segments.size() + pages.size() + builds.values().stream().mapToInt(List::size).sum();
  }
}
