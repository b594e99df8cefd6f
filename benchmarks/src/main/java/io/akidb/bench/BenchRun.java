package io.akidb.bench;

import io.akidb.bench.data.PreparedData;
import io.akidb.bench.engine.Passes;
import io.akidb.bench.measure.Curve;
import io.akidb.bench.measure.Report;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** Builds with one engine after another, then measures all of them in turns. */
final class BenchRun {
  private static final long FILTER_SEED = 42;

  private final RunOptions options;
  private final Clock clock;
  private final Consumer<String> log;

  /**
   * A run.
   *
   * @param log is told how far it is
   */
  BenchRun(RunOptions options, Clock clock, Consumer<String> log) {
    this.options = options;
    this.clock = clock;
    this.log = log;
  }

  /** Measures. */
  Report run(PreparedData data) {
    List<Contender> contenders = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    Report.Machine machine = MachineFacts.read();
    String date = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    try {
      for (String engine : options.engines()) {
        contenders.add(Contender.ofJvm(engine, data, folder(data, engine), options, log));
      }
      NativeEngines natives = options.natives();
      if (natives != null) {
        notes.addAll(natives.notes());
        for (String engine : natives.available()) {
          log.accept(engine + ": building by " + options.threads() + " threads");
          addNative(engine, natives, data, contenders, notes);
        }
      }
      return measure(data, contenders, new Header(date, machine), notes);
    } finally {
      contenders.forEach(Contender::close);
    }
  }

  private Path folder(PreparedData data, String engine) {
    Path name = data.folder().getFileName();
    return options.home().resolve("indexes").resolve(name).resolve(engine);
  }

  /** A native library that fails on a data set is a note of the report, not the end of the run. */
  private void addNative(
      String engine,
      NativeEngines natives,
      PreparedData data,
      List<Contender> contenders,
      List<String> notes) {
    try {
      contenders.add(
          Contender.ofNative(
              engine, natives.command(), data, folder(data, engine), options.threads()));
    } catch (BenchException e) {
      log.accept(engine + " failed and is left out: " + e.getMessage());
      notes.add(engine + " failed on this data set and is left out");
    }
  }

  private record Header(String date, Report.Machine machine) {}

  private Report measure(
      PreparedData data, List<Contender> contenders, Header header, List<String> notes) {
    List<CurveRun> runs = new ArrayList<>();
    for (Contender contender : contenders) {
      for (String mode : contender.description().modes()) {
        CurveRun run = new CurveRun(contender, mode);
        log.accept(run.label() + ": warming up");
        run.scout(options.warmMillis());
        runs.add(run);
      }
    }
    for (int round = 1; round <= options.rounds(); round++) {
      log.accept("measuring, round " + round + " of " + options.rounds());
      runs.forEach(run -> run.round(options.millis()));
    }
    List<Report.Result> results = runs.stream().map(BenchRun::result).toList();
    double loadAfter = MachineFacts.load();
    if (MachineFacts.isBusy(header.machine().loadBefore())) {
      notes.add(
          "the machine was not quiet (load "
              + header.machine().loadBefore()
              + " before, "
              + loadAfter
              + " after): compare rates by processor time");
    }
    return new Report(
        header.date(),
        header.machine(),
        data.meta(),
        Passes.K,
        options.threads(),
        options.rounds(),
        results,
        filtered(data, runs, results),
        options.isCold() ? cold(runs) : List.of(),
        notes);
  }

  /** Of each engine of the JVM its fastest mode, at every share. */
  private List<Report.Filtered> filtered(
      PreparedData data, List<CurveRun> runs, List<Report.Result> results) {
    List<Report.Filtered> filtered = new ArrayList<>();
    for (double share : options.filters()) {
      log.accept("measuring with a filter that accepts " + 100 * share + " %");
      String filter = data.addFilter(share, FILTER_SEED);
      for (String engine : options.engines()) {
        Report.Result best =
            results.stream()
                .filter(result -> result.engine().equals(engine))
                .max(Comparator.comparingDouble(Report::rate))
                .orElseThrow();
        runs.stream()
            .filter(run -> run.curve().label().equals(best.curve().label()))
            .map(run -> run.filtered(filter, share, best, options.rounds(), options.millis()))
            .forEach(filtered::add);
      }
    }
    return filtered;
  }

  /** Last, because it closes what is open. */
  private List<Report.Cold> cold(List<CurveRun> runs) {
    List<Report.Cold> cold = new ArrayList<>();
    for (CurveRun run : runs) {
      if (options.engines().contains(run.contender().description().engine())) {
        log.accept(run.label() + ": searching with nothing in memory");
        cold.add(run.cold());
      }
    }
    return cold;
  }

  private static Report.Result result(CurveRun run) {
    Curve curve = run.curve();
    Contender contender = run.contender();
    return new Report.Result(
        contender.description().engine(),
        run.mode(),
        contender.description().description(),
        contender.cost(run.mode()),
        contender.isReused(),
        curve,
        curve.at(Report.RECALL));
  }
}
