package io.akidb.serving.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.catalog.AttributeValue.Flag;
import io.akidb.catalog.AttributeValue.Real;
import io.akidb.catalog.AttributeValue.Text;
import io.akidb.catalog.AttributeValue.TextList;
import io.akidb.catalog.AttributeValue.Whole;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What long filters take is not taken for little. */
class FilterSizeTest {
  private static final String LONG = "x".repeat(4096);

  @Test
  void texts_countWhereverTheyStand() {
    for (Filter filter :
        List.of(
            new Filter.OneOf("a", Set.of(new Text(LONG))),
            new Filter.OneOf("a", Set.of(new TextList(List.of("b", LONG)))),
            new Filter.Contains("a", LONG),
            new Filter.Prefix("a", LONG),
            new Filter.Exists(LONG),
            new Filter.Range("a", Filter.Comparison.LESS, new Text(LONG)),
            new Filter.And(List.of(new Filter.Exists("a"), new Filter.Exists(LONG))),
            new Filter.Or(List.of(new Filter.Not(new Filter.Contains(LONG, "b")))))) {
      assertThat(FilterSize.bytesOf(filter)).as("%s", filter).isBetween(8192L, 8192L + 1024);
    }
  }

  @Test
  void valuesAndClauses_countEach() {
    Filter few = new Filter.OneOf("a", Set.of(new Whole(1)));
    Filter more = new Filter.OneOf("a", Set.of(new Whole(1), new Real(0.5), new Flag(true)));
    assertThat(FilterSize.bytesOf(more) - FilterSize.bytesOf(few)).isGreaterThanOrEqualTo(64);
    assertThat(FilterSize.bytesOf(new Filter.And(List.of(few, more))))
        .isGreaterThan(FilterSize.bytesOf(few) + FilterSize.bytesOf(more));
  }
}
