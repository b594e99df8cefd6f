package io.akidb.policies.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyDocumentTest {
  private static final PolicyDocument DOCUMENT =
      new PolicyDocument(
          List.of(
              new Statement(
                  "Read",
                  true,
                  List.of("s3:GetObject", "s3:PutObject"),
                  List.of("arn:aws:s3:::b/a/*"),
                  List.of()),
              new Statement(
                  "List",
                  true,
                  List.of("s3:ListBucket"),
                  List.of("arn:aws:s3:::b"),
                  List.of("a/*")),
              new Statement(
                  "Keep",
                  false,
                  List.of("s3:DeleteObject"),
                  List.of("arn:aws:s3:::b/k"),
                  List.of())));

  @Test
  void document_asJson_isWhatIamReads() {
    assertThat(DOCUMENT.toJson())
        .isEqualTo(
            "{\"Version\":\"2012-10-17\",\"Statement\":["
                + "{\"Sid\":\"Read\",\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:PutObject\"],"
                + "\"Resource\":[\"arn:aws:s3:::b/a/*\"]},"
                + "{\"Sid\":\"List\",\"Effect\":\"Allow\",\"Action\":[\"s3:ListBucket\"],"
                + "\"Resource\":[\"arn:aws:s3:::b\"],"
                + "\"Condition\":{\"StringLike\":{\"s3:prefix\":[\"a/*\"]}}},"
                + "{\"Sid\":\"Keep\",\"Effect\":\"Deny\",\"Action\":[\"s3:DeleteObject\"],"
                + "\"Resource\":[\"arn:aws:s3:::b/k\"]}]}");
  }

  @Test
  void sameMeaning_inAnotherOrderWithoutNamesAndWithTextsForLists_isTheSame() {
    assertThat(
            DOCUMENT.meansTheSameAs(
                """
                {"Id": "x", "Version": "2012-10-17", "Statement": [
                  {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::b/k"},
                  {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": ["arn:aws:s3:::b"],
                   "Condition": {"StringLike": {"s3:prefix": "a/*"}}},
                  {"Resource": ["arn:aws:s3:::b/a/*"], "Effect": "Allow",
                   "Action": ["s3:PutObject", "s3:GetObject"]}]}
                """))
        .isTrue();
  }

  @Test
  void anyOtherMeaning_isAnother() {
    String json = DOCUMENT.toJson();
    for (String other :
        List.of(
            json.replace("a/*\"]}}", "*\"]}}"),
            json.replace("\"Deny\"", "\"Allow\""),
            json.replace("s3:PutObject", "s3:*"),
            json.replace("StringLike", "StringNotLike"),
            json.replace("\"Condition\":{\"StringLike\":{\"s3:prefix\":[\"a/*\"]}}", "\"X\":1"),
            json.replace("2012-10-17", "2008-10-17"),
            json.replace("\"Action\":[\"s3:DeleteObject\"]", "\"NotAction\":[\"s3:DeleteObject\"]"),
            json.replace(
                "]}]}", "]},{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]}"),
            "{}",
            "[]",
            "\"text\"",
            "no json")) {
      assertThat(other).isNotEqualTo(json);
      assertThat(DOCUMENT.meansTheSameAs(other)).as(other).isFalse();
    }
    assertThat(DOCUMENT.meansTheSameAs(json)).isTrue();
  }

  @Test
  void statement_thatNamesNothing_isRefused() {
    assertThatThrownBy(() -> new Statement("S", true, List.of(), List.of("r"), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Statement("S", true, List.of("a"), List.of(), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
