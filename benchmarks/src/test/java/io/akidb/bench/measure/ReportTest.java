package io.akidb.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.bench.data.PreparedData;
import io.akidb.bench.engine.BuildCost;
import io.akidb.diskann.DistanceMetric;
import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class ReportTest {
  private final Report report =
      new Report(
          "2026-11-21T09:00:00Z",
          new Report.Machine("A & B <CPU>", 2, 8L << 30, "25", 0.25),
          new PreparedData.Meta("set <1>", DistanceMetric.L2, 1000, 16, 10, 100),
          10,
          2,
          3,
          List.of(
              result(
                  "akidb",
                  "default",
                  10,
                  CurveTest.point(10, 0.90, 8000),
                  CurveTest.point(20, 1, 2000)),
              result(
                  "other",
                  "slow",
                  40,
                  CurveTest.point(10, 0.90, 4000),
                  CurveTest.point(20, 1, 1000)),
              result(
                  "other",
                  "poor",
                  40,
                  CurveTest.point(10, 0.70, 9000),
                  CurveTest.point(20, 0.94, 10))),
          List.of(
              new Report.Filtered(
                  "akidb", "default", 0.01, 40, CurveTest.point(40, 0.97, 1234), 0.42)),
          List.of(new Report.Cold("akidb", "default", 40, 0.96, 1.5, 1.25, 9.75)),
          List.of("it rained"));

  private static Report.Result result(String engine, String mode, double cpu, Point... points) {
    Curve curve = new Curve(engine, mode, List.of(points));
    return new Report.Result(
        engine,
        mode,
        "as it is",
        new BuildCost(5, cpu, 600_000, 1 << 30),
        engine.equals("other"),
        curve,
        curve.at(Report.RECALL));
  }

  @Test
  void text_results_areOrderedAndCompared() {
    String text = new ReportTable(report, "akidb").text();
    assertThat(text)
        .contains("set <1>: 1,000 x 16, L2, 10 queries, k=10")
        .containsSubsequence(
            "| akidb default",
            "4000",
            "1.00",
            "| other slow (built before)",
            "2000",
            "2.00",
            "0.25",
            "600",
            "1024",
            "| other poor (built before)",
            "reaches only 0.9400")
        .containsSubsequence("filtered", "1.0%", "40", "0.9700", "1234", "42%", "9")
        .containsSubsequence("nothing in memory", "40", "0.9600", "1.50", "1.25", "9.75")
        .contains("Note: it rained");
  }

  @Test
  void text_withoutTheReference_hasNoRatios() {
    assertThat(new ReportTable(report, "nobody").text()).contains("nobody x").contains(" - |");
    assertThat(report.best("other").orElseThrow().mode()).isEqualTo("slow");
    assertThat(report.best("nobody")).isEmpty();
  }

  @Test
  void svg_curves_areDrawnInSoundXml() throws Exception {
    String svg = SvgPlot.of(report);
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(svg)));
    assertThat(document.getElementsByTagName("polyline").getLength()).isEqualTo(3);
    // Of the poor curve one point lies left of the picture.
    assertThat(document.getElementsByTagName("circle").getLength()).isEqualTo(5);
    assertThat(document.getDocumentElement().getTextContent())
        .contains("set <1>", "akidb default", "recall@10", "2,000", "5,000");
  }

  @Test
  void svg_withoutPoints_isAnEmptyFrame() {
    Report empty =
        new Report(
            "",
            report.machine(),
            report.data(),
            10,
            2,
            3,
            List.of(),
            List.of(),
            List.of(),
            List.of());
    assertThat(SvgPlot.of(empty)).endsWith("</svg>\n").doesNotContain("polyline");
  }
}
