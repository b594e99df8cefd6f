package io.akidb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What somebody who is made may do. */
public final class GrantOptions {
  @Option(
      names = "--role",
      paramLabel = "ROLE",
      description = "admin, editor, viewer, one of the tenant's own; operator with --platform.")
  private @Nullable String role;

  @Option(
      names = "--collection",
      paramLabel = "NAME",
      description = "Where the role holds; in the whole tenant unless given.")
  private @Nullable String collection;

  @Option(
      names = "--collection-prefix",
      paramLabel = "PREFIX",
      description = "The role holds where names start so, also in collections to come.")
  private @Nullable String prefix;

  @Option(
      names = "--grants",
      paramLabel = "JSON",
      description = "Several: '[{\"role\": \"viewer\", \"collection_prefix\": \"eu-\"}, ..]'.")
  private @Nullable String grants;

  /**
   * Puts what was given into the body of a call.
   *
   * @throws CliException of exit code 2 if it does not make sense
   */
  void putInto(ObjectNode body) {
    if (grants != null) {
      if (role != null || collection != null || prefix != null) {
        throw CliException.usage("give either --grants or --role, not both");
      }
      JsonNode list = Json.parseGiven(grants, "--grants");
      if (!list.isArray()) {
        throw CliException.usage("--grants must be a JSON list of grants");
      }
      body.set("grants", list);
      return;
    }
    if (collection == null && prefix == null) {
      if (role != null) {
        body.put("role", role);
      }
      return;
    }
    if (role == null) {
      throw CliException.usage("--collection and --collection-prefix say where a --role holds");
    }
    ObjectNode grant = body.putArray("grants").addObject();
    grant.put("role", role);
    putWhere(grant, collection, prefix);
  }

  /**
   * Puts where a grant holds.
   *
   * @throws CliException of exit code 2 if both are given
   */
  static void putWhere(ObjectNode grant, @Nullable String collection, @Nullable String prefix) {
    if (collection != null && prefix != null) {
      throw CliException.usage("give either --collection or --collection-prefix, not both");
    }
    if (collection != null) {
      grant.put("collection", collection);
    }
    if (prefix != null) {
      grant.put("collection_prefix", prefix);
    }
  }

  /** A grant in one line, as {@code viewer on eu-* until 2030-01-31T12:00:00Z}. */
  static String line(JsonNode grant) {
    StringBuilder line = new StringBuilder(grant.path("role").asText());
    if (grant.hasNonNull("collection")) {
      line.append(" on ").append(grant.get("collection").asText());
    } else if (grant.hasNonNull("collection_prefix")) {
      line.append(" on ").append(grant.get("collection_prefix").asText()).append('*');
    }
    if (grant.hasNonNull("expires_at")) {
      line.append(" until ").append(grant.get("expires_at").asText());
    }
    return line.toString();
  }

  /** All grants of somebody in one line. */
  static String lineOf(JsonNode grants) {
    return grants.isEmpty()
        ? "no grants"
        : String.join(", ", grants.valueStream().map(GrantOptions::line).toList());
  }
}
