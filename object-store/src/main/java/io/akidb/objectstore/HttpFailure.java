package io.akidb.objectstore;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Interceptor;
import okhttp3.Response;

/** The S3 service answered, with an error. */
final class HttpFailure extends IOException {
  private static final long serialVersionUID = 1;

  private static final int BODY_BYTES_MAX = 16 * 1024;
  private static final Pattern CODE = Pattern.compile("<Code>([A-Za-z0-9]{1,100})</Code>");

  private final int status;
  private final String code;

  HttpFailure(int status, String code) {
    super("the store answered " + status + (code.isEmpty() ? "" : " " + code));
    this.status = status;
    this.code = code;
  }

  /** The HTTP status. */
  int status() {
    return status;
  }

  /** S3's error code; empty when the answer has none, as with HEAD. */
  String code() {
    return code;
  }

  /**
   * Turns every answer but a success into a failure, before the SDK reads it: the SDK loses the
   * status of answers that are not XML (304, a proxy's 502), and reads error bodies of any length.
   */
  static Response check(Interceptor.Chain chain) throws IOException {
    Response response = chain.proceed(chain.request());
    if (response.isSuccessful()) {
      return response;
    }
    try (response) {
      Matcher code = CODE.matcher(response.peekBody(BODY_BYTES_MAX).string());
      throw new HttpFailure(response.code(), code.find() ? code.group(1) : "");
    }
  }
}
