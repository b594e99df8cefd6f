package io.akidb.policies.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * An IAM policy document, version 2012-10-17: what AWS and MinIO understand alike. Immutable.
 *
 * <p>Source: AWS Identity and Access Management User Guide, "IAM JSON policy elements reference".
 *
 * @param statements in the order in which they are written
 */
public record PolicyDocument(List<Statement> statements) {
  private static final String VERSION = "2012-10-17";
  private static final JsonMapper JSON = new JsonMapper();

  /** Copies. */
  public PolicyDocument {
    statements = List.copyOf(statements);
  }

  /** As JSON, on one line. */
  public String toJson() {
    ObjectNode document = JSON.createObjectNode();
    document.put("Version", VERSION);
    ArrayNode list = document.putArray("Statement");
    for (Statement statement : statements) {
      ObjectNode json = list.addObject();
      json.put("Sid", statement.sid());
      json.put("Effect", statement.allows() ? "Allow" : "Deny");
      statement.actions().forEach(json.putArray("Action")::add);
      if (!statement.resources().isEmpty()) {
        statement.resources().forEach(json.putArray("Resource")::add);
      }
      if (!statement.listPrefixes().isEmpty()) {
        ArrayNode prefixes =
            json.withObjectProperty("Condition").putObject("StringLike").putArray("s3:prefix");
        statement.listPrefixes().forEach(prefixes::add);
      }
      if (statement.derivedOnly()) {
        json.withObjectProperty("Condition")
            .putObject("StringNotEquals")
            .putArray("aws:principaltype")
            .add("User");
      }
    }
    return document.toString();
  }

  /**
   * Whether another document, as a store gives it back, means the same: stores sort actions, drop
   * names, and write a list of one as a text. What has an element that is not known here does not.
   */
  public boolean meansTheSameAs(String json) {
    try {
      return meaning(JSON.readTree(toJson())).equals(meaning(JSON.readTree(json)));
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  private static Set<JsonNode> meaning(JsonNode document) {
    Set<JsonNode> meaning = new HashSet<>();
    document
        .properties()
        .forEach(
            field -> {
              switch (field.getKey()) {
                case "Statement" -> field.getValue().forEach(each -> meaning.add(sorted(each)));
                case "Id" -> {}
                default ->
                    meaning.add(JSON.createObjectNode().set(field.getKey(), field.getValue()));
              }
            });
    return meaning;
  }

  // Names say nothing, and order within a list does not either.
  private static JsonNode sorted(JsonNode node) {
    if (node.isObject()) {
      ObjectNode result = JSON.createObjectNode();
      node.properties()
          .forEach(
              field -> {
                if (!field.getKey().equals("Sid")) {
                  result.set(field.getKey(), sorted(field.getValue()));
                }
              });
      return result;
    }
    Set<String> texts = new TreeSet<>();
    if (node.isArray()) {
      node.forEach(each -> texts.add(each.toString()));
    } else {
      texts.add(node.toString());
    }
    ArrayNode list = JSON.createArrayNode();
    texts.forEach(list::add);
    return list;
  }
}
