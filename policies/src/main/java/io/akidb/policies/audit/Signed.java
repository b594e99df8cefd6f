package io.akidb.policies.audit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Lines of JSON with a last line that signs the bytes of all before it. The signature is of the
 * bytes as they stand, so that nothing has to be brought into a canonical form.
 *
 * @param header the first line
 * @param rest the lines between it and the signature
 * @param message what is signed
 * @param signature in base64
 */
@SuppressWarnings("ArrayRecordComponent")
record Signed(ObjectNode header, List<String> rest, byte[] message, String signature) {
  static byte[] write(ObjectNode header, List<String> rest, PrivateKey key) {
    StringBuilder text = new StringBuilder(Json.line(header)).append('\n');
    rest.forEach(line -> text.append(line).append('\n'));
    byte[] message = text.toString().getBytes(StandardCharsets.UTF_8);
    byte[] last =
        (Json.line(Json.object().put("signature", Signing.sign(key, message))) + "\n")
            .getBytes(StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(message, message.length + last.length);
    System.arraycopy(last, 0, all, message.length, last.length);
    return all;
  }

  /**
   * Takes apart, without a look at the signature.
   *
   * @throws CorruptAuditException if it has not this form
   */
  static Signed read(byte[] bytes) {
    if (bytes.length < 2 || bytes[bytes.length - 1] != '\n') {
      throw new CorruptAuditException("it does not end with a line", null);
    }
    int end = bytes.length - 2;
    while (end >= 0 && bytes[end] != '\n') {
      end--;
    }
    if (end < 0) {
      throw new CorruptAuditException("it has one line only", null);
    }
    byte[] message = Arrays.copyOf(bytes, end + 1);
    String last = new String(bytes, end + 1, bytes.length - end - 2, StandardCharsets.UTF_8);
    List<String> lines =
        new ArrayList<>(
            Arrays.asList(
                new String(message, 0, message.length - 1, StandardCharsets.UTF_8)
                    .split("\n", -1)));
    ObjectNode header = Json.parse(lines.get(0));
    return new Signed(
        header,
        List.copyOf(lines.subList(1, lines.size())),
        message,
        Json.parse(last).path("signature").asText());
  }

  boolean isBy(PublicKey key) {
    return Signing.isSigned(key, message, signature);
  }
}
