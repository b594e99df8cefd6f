/**
 * The bulk build: a Spark job that reads a collection's newest generation, cuts it into partitions,
 * builds one index shard for each, and commits them as the collection's index. It imports the
 * catalog and the index, and neither Flink nor serving.
 *
 * <h2>How to run it</h2>
 *
 * <p>In one JVM, on all cores ({@code local[*]}), with the module's own jar and the class path that
 * the build wrote:
 *
 * <pre>
 * java @build-spark/jvm.options -Xmx4g \
 *     -cp "build-spark/target/build-spark-VERSION.jar:$(cat build-spark/target/classpath)" \
 *     io.akidb.build.BuildJob --bucket DIR --tenant ID --collection NAME --progress
 * </pre>
 *
 * <p>On a cluster, with the job jar; {@code build-spark/target/spark-classpath} lists what a {@code
 * SPARK_HOME/jars} made of Maven artefacts holds (Spark, Hadoop, S3A and the AWS clients that it
 * calls):
 *
 * <pre>
 * spark-submit --master spark://HOST:7077 --driver-memory 2g --conf spark.executor.memory=8g \
 *     --class io.akidb.build.BuildJob build-spark/target/build-spark-job.jar \
 *     --bucket s3://BUCKET/PREFIX --endpoint http://HOST:9000 --tenant ID --collection NAME --progress
 * </pre>
 *
 * <p>Without {@code --build-id} a build is requested and built; with it the request of that id is,
 * with the request's own parameters, and an earlier attempt is continued. {@code --pending} takes
 * all requests that wait, of a collection, of a tenant, or of all tenants. Parameters: {@code
 * --max-degree --build-list-size --alpha --pq-subvectors --quantization --vector-storage
 * --build-memory-gb --partition-rows-max --partition-overlap --seed}. Others: {@code --incremental
 * --merge-changes-max --merges-max --owner --lease-seconds --tombstone-retention-hours
 * --keep-generations --keep-hours}. Bucket, endpoint, region and credentials come from {@code
 * AKIDB_BUCKET}, {@code AKIDB_ENDPOINT}, {@code AKIDB_REGION}, {@code AKIDB_ACCESS_KEY} and {@code
 * AKIDB_SECRET_KEY} of the driver; executors are told by it.
 *
 * <p>Standard output has one JSON object a line. With {@code --progress}, one at least each second:
 * {@code {"type": "progress", "tenant", "collection", "build_id", "phase", "done", "total",
 * "fraction", "rows_per_s", "elapsed_s", "estimate_s"}}. At the end of each build {@code {"type":
 * "summary", "outcome": "published" | "superseded" | "failed" | "taken", "tenant", "collection",
 * "build_id", "generation", ..., "build_s", "message"}}, and at the end of {@code --pending} {@code
 * {"type": "done", "builds", "failed"}}. Exit code 0: published, or superseded by a newer index; 1:
 * failed, or somebody else builds it; 2: the command line is wrong.
 *
 * <h2>How it works</h2>
 *
 * <ol>
 *   <li>The generation's segments are read on the executors through Hadoop's {@code file:} and
 *       {@code s3a:}; the previous index's shards, the only home of what they absorbed, and its
 *       tombstones through the object store. A shuffle by id leaves the newest record of each id.
 *       The driver sees counts and a bounded sample.
 *   <li>The codebook and the partitions' centroids are trained on the sample. All rows are counted;
 *       a partition that is too large is cut again. Rows near a border are copied to the neighbour
 *       too, nearest first, as far as asked for and as there is room.
 *   <li>The plan is written once. A second shuffle moves the rows to their shards; each is built in
 *       a task, from rows ordered by id, checked, uploaded, and then vouched for by a receipt, by
 *       which a restarted build uses it again.
 *   <li>All counts must reconcile; then the index is published, and the receipts are deleted; the
 *       plan stays for the next build. A build that ended without an index deletes all it wrote.
 *       After a published one the collection's garbage is collected: what no kept generation lists.
 * </ol>
 *
 * <p>With {@code --incremental} the partitions of the previous index are kept where that pays. Of
 * its rows only ids and orders are read and shuffled, with whole fresh records; who is newest tells
 * each shard what it loses and gains. A shard is then merged with its changes, built out of its old
 * rows and its changes, or taken over as it is; which, the plan says.
 */
@NullMarked
package io.akidb.build;

import org.jspecify.annotations.NullMarked;
