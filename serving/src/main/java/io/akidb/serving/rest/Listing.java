package io.akidb.serving.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.policies.PolicyPage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Pages as callers read them. */
final class Listing {
  private Listing() {}

  /** A page of users, roles or keys. */
  static <T> Answer of(
      Departures.Room room,
      PolicyPage<T> page,
      Function<T, String> id,
      Function<T, ObjectNode> json) {
    return of(room, page.items(), page.unreadable(), page.nextCursor(), id, json);
  }

  /**
   * A page, which ends early where an answer may not be longer.
   *
   * @param items by ascending id
   * @param unreadable ids of what is there and cannot be read, told where there is any
   * @param nextCursor behind all of them: the id of the last one
   */
  static <T> Answer of(
      Departures.Room room,
      List<T> items,
      List<String> unreadable,
      @Nullable String nextCursor,
      Function<T, String> id,
      Function<T, ObjectNode> json) {
    return AnswerBytes.answer(
        room,
        "",
        (out, written) -> {
          out.writeStartObject();
          out.writeArrayFieldStart("items");
          String next = nextCursor;
          List<String> told = unreadable;
          for (int i = 0; i < items.size(); i++) {
            byte[] item = Json.bytes(json.apply(items.get(i)));
            if (!written.hasRoomFor(item.length)) {
              String last = id.apply(items.get(i - 1));
              next = last;
              // Those behind it are told again, with the page on which they stand.
              told = unreadable.stream().filter(each -> each.compareTo(last) < 0).toList();
              break;
            }
            out.writeRawValue(new String(item, StandardCharsets.UTF_8));
          }
          out.writeEndArray();
          if (!told.isEmpty()) {
            out.writeArrayFieldStart("unreadable");
            for (String each : told) {
              out.writeString(each);
            }
            out.writeEndArray();
          }
          out.writeStringField("next_cursor", next);
          out.writeEndObject();
        });
  }
}
