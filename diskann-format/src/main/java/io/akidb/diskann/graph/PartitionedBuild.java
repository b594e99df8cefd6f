package io.akidb.diskann.graph;

import io.akidb.diskann.BuildMemory;
import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.BuildProgress;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Builds the graph of more vectors than there is memory for their codes and lists (Subramanya et
 * al., DiskANN, NeurIPS 2019, section 3.2): graphs of overlapping partitions are built one after
 * the other, each over codes that were copied together, and joined node by node. What is read at
 * random at any time is of one partition; the graph of all is written forward, once for each.
 *
 * <p>Its nodes are the slots of a {@link PartitionPlan}, so that codes and lists of near vectors
 * lie near each other in the files, too. With one thread the graph follows from the seed.
 */
final class PartitionedBuild {
  private static final int DEGREE_MIN = 4;

  private final BuildSpaces spaces;
  private final VamanaGraph graph;
  private final BuildParameters parameters;
  private final BuildParameters ofPartition;
  private final BuildProgress progress;
  private final Path workDirectory;

  /**
   * Prepares a build.
   *
   * @param graph without edges
   */
  PartitionedBuild(
      BuildSpaces spaces,
      VamanaGraph graph,
      BuildParameters parameters,
      BuildProgress progress,
      Path workDirectory) {
    this.spaces = spaces;
    this.graph = graph;
    this.parameters = parameters;
    this.ofPartition = ofPartition(parameters);
    this.progress = progress;
    this.workDirectory = workDirectory;
  }

  /** Most members of a partition, or the number of all if their graph can be built at once. */
  static int membersMax(StoredSpace space, BuildParameters parameters) {
    return BuildMemory.vectorsAtOnce(
        parameters,
        space.size(),
        space.copyBytes(1) + VamanaGraph.bytes(1, VamanaBuilder.capacity(parameters)),
        space.copyBytes(1) + VamanaGraph.bytes(1, VamanaBuilder.capacity(ofPartition(parameters))));
  }

  /**
   * Two thirds of the degree, as in the paper: lists of two partitions are mostly one list then.
   */
  private static BuildParameters ofPartition(BuildParameters parameters) {
    int degree = Math.max(DEGREE_MIN, (2 * parameters.maxDegree() + 2) / 3);
    return parameters.withMaxDegree(degree);
  }

  /**
   * Builds. Every node can be reached from the first entry, and none has more than R neighbours.
   *
   * @param membersMax of a partition
   * @param entryCount of entries
   */
  MadeGraph build(int membersMax, int entryCount) {
    StoredSpace arrived = spaces.space();
    int size = arrived.size();
    PartitionPlan plan =
        new PartitionPlan(
            vectors(size),
            membersMax,
            BuildMemory.sampleMax(parameters, spaces.scaling().length()),
            parameters.seed(),
            progress);
    try (WorkFile file = new WorkFile(workDirectory, "ordered", arrived.copyBytes(size))) {
      int[] slots = plan.slots();
      StoredSpace ordered = arrived.copy(size, i -> i, i -> slots[i], file.bytes());
      int root = slots[spaces.medoid()];
      // The steps of partitions are told by their own builders.
      VamanaBuilder all = new VamanaBuilder(ordered, root, graph, parameters, BuildProgress.NONE);
      long done = 0;
      long memberships = plan.memberships();
      for (int partition = 0; partition < plan.partitions(); partition++) {
        int[] members = plan.members(partition);
        long before = done;
        done += members.length;
        if (members.length > 0) {
          BuildProgress part =
              (phase, ofPart, total) -> {
                if (phase.equals("graph")) {
                  progress.update(phase, (before + ofPart) * size / memberships, size);
                }
              };
          int entry = Arrays.binarySearch(members, plan.entry(partition));
          build(all, ordered, members, entry, part);
        }
      }
      new GraphRepair(graph, plan.windows(), root, parameters.maxDegree(), all.newWorker()::nearest)
          .connect();
      return new MadeGraph(
          EntryNodes.choose(ordered, root, entryCount, parameters.seed(), workDirectory),
          plan.windows(),
          plan.order());
    }
  }

  /** Builds a partition's graph, and joins it to that of all. */
  private void build(
      VamanaBuilder all, StoredSpace ordered, int[] members, int entry, BuildProgress told) {
    int size = members.length;
    try (WorkFile file = new WorkFile(workDirectory, "partition", ordered.copyBytes(size));
        VamanaGraph lists =
            new VamanaGraph(size, VamanaBuilder.capacity(ofPartition), workDirectory)) {
      StoredSpace own = ordered.copy(size, i -> members[i], i -> i, file.bytes());
      new VamanaBuilder(own, entry, lists, ofPartition, told).build();
      all.each("join", size, () -> new Joiner(all.newWorker(), lists, members)::join);
    }
  }

  /**
   * Joins lists of a partition to those of all: a list that gets too long is pruned. No node is
   * joined twice at the same time, since it is in a partition once. For one thread.
   */
  private final class Joiner {
    private final BuildWorker worker;
    private final VamanaGraph lists;
    private final int[] members;
    private final int[] neighbours;
    private final int[] candidates;

    Joiner(BuildWorker worker, VamanaGraph lists, int[] members) {
      this.worker = worker;
      this.lists = lists;
      this.members = members;
      this.neighbours = new int[lists.capacity()];
      this.candidates = new int[graph.capacity() + lists.capacity()];
    }

    void join(int member) {
      int node = members[member];
      int present = graph.copy(node, candidates);
      int count = present;
      int degree = lists.copy(member, neighbours);
      for (int i = 0; i < degree; i++) {
        int neighbour = members[neighbours[i]];
        if (!isAmong(present, neighbour)) {
          candidates[count++] = neighbour;
        }
      }
      if (count > parameters.maxDegree()) {
        worker.choose(node, candidates, count, 0);
      } else {
        graph.carry(node, candidates, count);
      }
    }

    private boolean isAmong(int count, int node) {
      for (int i = 0; i < count; i++) {
        if (candidates[i] == node) {
          return true;
        }
      }
      return false;
    }
  }

  private PartitionPlan.Vectors vectors(int size) {
    return new PartitionPlan.Vectors() {
      @Override
      public int size() {
        return size;
      }

      @Override
      public int components() {
        return spaces.scaling().length();
      }

      @Override
      public void load(int position, float[] into) {
        spaces.scaling().load(position, into);
      }
    };
  }
}
