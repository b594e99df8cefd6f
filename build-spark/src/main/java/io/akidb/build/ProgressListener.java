package io.akidb.build;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.util.LongAccumulator;
import scala.Tuple4;
import scala.collection.Iterator;

/**
 * Adds up an accumulator as it is now: what finished tasks added, which Spark sums itself, and what
 * running tasks said in their last heartbeat. Thread-safe.
 */
final class ProgressListener extends SparkListener {
  private record Running(long accumulator, long value) {}

  // By task id; at most one entry for each task that runs.
  private final Map<Long, Running> running = new ConcurrentHashMap<>();
  private volatile long watched = -1;

  /** From now on only this accumulator is of interest. */
  void watch(LongAccumulator accumulator) {
    watched = accumulator.id();
    running.clear();
  }

  /** Its value, with that of running tasks as far as it is known. */
  long valueOf(LongAccumulator accumulator) {
    long sum = accumulator.value();
    for (Running task : running.values()) {
      if (task.accumulator == accumulator.id()) {
        sum += task.value;
      }
    }
    return sum;
  }

  @Override
  public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
    Iterator<Tuple4<Object, Object, Object, scala.collection.immutable.Seq<AccumulableInfo>>>
        tasks = update.accumUpdates().iterator();
    while (tasks.hasNext()) {
      Tuple4<Object, Object, Object, scala.collection.immutable.Seq<AccumulableInfo>> task =
          tasks.next();
      Iterator<AccumulableInfo> values = task._4().iterator();
      while (values.hasNext()) {
        AccumulableInfo info = values.next();
        if (info.id() == watched
            && info.update().isDefined()
            && info.update().get() instanceof Long value) {
          running.put((Long) task._1(), new Running(info.id(), value));
        }
      }
    }
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    if (end.taskInfo() != null) {
      running.remove(end.taskInfo().taskId());
    }
  }
}
