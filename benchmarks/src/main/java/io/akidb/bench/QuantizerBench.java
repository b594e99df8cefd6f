package io.akidb.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.akidb.bench.data.PreparedData;
import io.akidb.bench.quantizers.QuantizerPlot;
import io.akidb.bench.quantizers.QuantizerReport;
import io.akidb.bench.quantizers.QuantizerRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** {@code akidb bench --quantizers}. */
final class QuantizerBench {
  private QuantizerBench() {}

  static void run(
      PreparedData data, CommandLine line, @Nullable Path json, @Nullable Path svg, Clock clock)
      throws IOException {
    QuantizerReport report =
        new QuantizerRun(data, text -> line.getErr().println("akidb: " + text))
            .run(MachineFacts.read(), clock);
    line.getOut().print(report.table());
    line.getOut().flush();
    if (json != null) {
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .writeValue(json.toFile(), report);
    }
    if (svg != null) {
      Files.writeString(svg, QuantizerPlot.of(report));
    }
  }
}
