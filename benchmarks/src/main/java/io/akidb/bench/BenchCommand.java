package io.akidb.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.akidb.bench.data.DataCache;
import io.akidb.bench.data.PreparedData;
import io.akidb.bench.engine.Engine;
import io.akidb.bench.engine.Engines;
import io.akidb.bench.identities.PoliciesReport;
import io.akidb.bench.identities.PoliciesTable;
import io.akidb.bench.measure.Report;
import io.akidb.bench.measure.ReportTable;
import io.akidb.bench.measure.SvgPlot;
import io.akidb.bench.tenants.IsolationReport;
import io.akidb.bench.tenants.IsolationTable;
import io.akidb.bench.tenants.TenantsReport;
import io.akidb.bench.tenants.TenantsTable;
import io.akidb.diskann.DistanceMetric;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code akidb bench}. Exit codes: 0 done, 1 failed, 2 the command line is wrong. */
@Command(
    name = "akidb bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Compares AkiDB's index with other libraries on one data set, in one go;",
      "or measures what many tenants cost a node, or a MinIO's policies."
    },
    footer = {
      "",
      "Results are read at recall@10 = 0.95. See docs/benchmarks.md for how to read them.",
    })
public final class BenchCommand implements Callable<Integer> {
  private static final int HELP_WIDTH = 100;
  private static final List<Double> FILTERS = List.of(0.5, 0.1, 0.01, 0.001);

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--data",
      description = {
        "s1m (generated), a folder with base vectors, queries and perhaps ground truth,",
        "an HDF5 file of ann-benchmarks, or one file of vectors (fvecs, bvecs, npy, idx-ubyte)"
      })
  private @Nullable String data;

  @Option(
      names = "--engines",
      split = ",",
      defaultValue = "akidb,jvector,lucene",
      description = "which, in order (default: ${DEFAULT-VALUE})")
  private List<String> engines = List.of();

  @Option(
      names = "--native",
      description = {
        "also faiss, hnswlib, ScaNN and SVS, from a Python environment",
        "that is made at the first time"
      })
  private boolean isNative;

  @Option(names = "--rows", defaultValue = "0", description = "only the first rows")
  private int rows;

  @Option(
      names = "--queries",
      defaultValue = "2000",
      description = "only the first queries (default: ${DEFAULT-VALUE}; 0: all)")
  private int queries;

  @Option(
      names = "--metric",
      description = "L2, COSINE or DOT, where the files do not say (default: L2)")
  private @Nullable DistanceMetric metric;

  @Option(
      names = "--filtered",
      description = "also with filters that accept 50, 10, 1 and 0.1 %% of the rows")
  private boolean isFiltered;

  @Option(
      names = "--cold",
      description = "also with nothing of the index in the page cache (Linux)")
  private boolean isCold;

  @Option(
      names = "--quantizers",
      description = {
        "instead: score every code of the data set by each quantizer,",
        "and say how much recall it gives for how much memory"
      })
  private boolean isQuantizers;

  @Option(
      names = "--kernels",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "PATTERN",
      description = {
        "instead: JMH benchmarks of the kernels and of access checks,",
        "or of those that match"
      })
  private @Nullable String kernels;

  @Mixin private TenantOptions node = new TenantOptions();

  @Mixin private PolicyOptions policies = new PolicyOptions();

  @Option(names = "--json", description = "write all figures to this file")
  private @Nullable Path json;

  @Option(names = "--svg", description = "draw recall against speed into this file")
  private @Nullable Path svg;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description = "measurements of each point, in turns (default: ${DEFAULT-VALUE})")
  private int rounds;

  @Option(names = "--threads", description = "threads that build (default: all processors)")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--heap",
      defaultValue = "4g",
      description = "heap of each engine's JVM (default: ${DEFAULT-VALUE})")
  private String heap = "";

  @Option(
      names = "--millis",
      defaultValue = "300",
      description = "least duration of a measurement (default: ${DEFAULT-VALUE})")
  private int millis;

  @Option(
      names = "--warm-millis",
      defaultValue = "3000",
      description = "warming up of each curve (default: ${DEFAULT-VALUE})")
  private int warmMillis;

  @Option(
      names = "--reuse",
      split = ",",
      description = {
        "engines whose index of an earlier run is taken, with its build cost;",
        "tenants: the bucket of an earlier run"
      })
  private Set<String> reuse = Set.of();

  private final Path home;
  private final Path scripts;
  private final Clock clock;

  /** Keeps data sets and indexes in a folder; scripts of native engines are in another. */
  BenchCommand(Path home, Path scripts, Clock clock) {
    this.home = home;
    this.scripts = scripts;
    this.clock = clock;
  }

  /** Runs a command and ends the process with its exit code. */
  public static void main(String... arguments) {
    String root = System.getenv().getOrDefault("AKIDB_HOME", "");
    Path home = Path.of(root, ".akidb", "bench").toAbsolutePath();
    Path scripts = Path.of(root, "benchmarks", "native").toAbsolutePath();
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(home, scripts, out, err, arguments));
  }

  static int run(Path home, Path scripts, PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine line = new CommandLine(new BenchCommand(home, scripts, Clock.systemUTC()));
    line.setOut(out);
    line.setErr(err);
    line.setUsageHelpWidth(HELP_WIDTH);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          if (!(e instanceof BenchException)) {
            throw e;
          }
          command.getErr().println("akidb: " + e.getMessage());
          return 1;
        });
    return line.execute(arguments);
  }

  @Override
  public Integer call() throws IOException {
    if (isQuantizers && data != null) {
      compareQuantizers(data);
      return 0;
    }
    if (kernels != null) {
      KernelRun.run(kernels, json);
      return 0;
    }
    PrintWriter err = line().getErr();
    Consumer<String> log = text -> err.println("akidb: " + text);
    if (node.isTenants()) {
      TenantsReport report = node.tenants(home, reuse.contains("tenants"), clock, log);
      write(report, new TenantsTable(report).text());
      return 0;
    }
    if (policies.isAsked()) {
      PoliciesReport report = policies.run(home, rounds, clock, log);
      write(report, new PoliciesTable(report).text());
      return 0;
    }
    if (data == null) {
      throw new CommandLine.ParameterException(
          line(), "--data is missing: what is to be searched?");
    }
    DataCache cache = new DataCache(home.resolve("data"), log);
    if (node.isIsolation()) {
      int most = rows == 0 ? TenantOptions.ISOLATION_ROWS : rows;
      PreparedData searched = new PreparedData(cache.prepare(data, most, queries, metric));
      IsolationReport report = node.isolation(searched, home, threads, rounds, clock, log);
      write(report, new IsolationTable(report).text());
      return 0;
    }
    for (String engine : engines) {
      Engine known = Engines.of(engine);
      log.accept(known.name() + " is " + known.description());
    }
    compare(new PreparedData(cache.prepare(data, rows, queries, metric)), log);
    return 0;
  }

  private void compare(PreparedData prepared, Consumer<String> log) throws IOException {
    RunOptions options =
        new RunOptions(
            home,
            ProcessHandle.current().info().command().map(Path::of).orElse(Path.of("java")),
            engines,
            threads,
            rounds,
            millis,
            warmMillis,
            heap,
            reuse,
            isFiltered ? FILTERS : List.of(),
            isCold,
            isNative ? NativeEngines.install(scripts) : null);
    Report report = new BenchRun(options, clock, log).run(prepared);
    write(report, new ReportTable(report, Engines.all().getFirst().name()).text());
    if (svg != null) {
      Files.writeString(svg, SvgPlot.of(report));
    }
  }

  private void write(Object report, String table) throws IOException {
    PrintWriter out = line().getOut();
    out.print(table);
    out.flush();
    if (json != null) {
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .writeValue(json.toFile(), report);
    }
  }

  private CommandLine line() {
    if (spec == null) {
      throw new IllegalStateException("called by picocli only");
    }
    return spec.commandLine();
  }

  private void compareQuantizers(String source) throws IOException {
    PrintWriter err = line().getErr();
    DataCache cache = new DataCache(home.resolve("data"), text -> err.println("akidb: " + text));
    PreparedData prepared = new PreparedData(cache.prepare(source, rows, queries, metric));
    QuantizerBench.run(prepared, line(), json, svg, clock);
  }
}
