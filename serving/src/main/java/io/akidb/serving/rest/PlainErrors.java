package io.akidb.serving.rest;

import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * What is so malformed that it never becomes a call is answered in the same form, without Jetty's
 * own pages.
 */
final class PlainErrors implements Request.Handler {
  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    String id = UUID.randomUUID().toString();
    Answer answer =
        Problems.answer(
            ServingException.of(Reason.INVALID_REQUEST, "the request cannot be read"), id);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Answer.PROBLEM);
    response.getHeaders().put("X-Request-ID", id);
    if (response.getStatus() < 400) {
      response.setStatus(answer.status());
    }
    response.write(true, ByteBuffer.wrap(answer.body().joined()), callback);
    return true;
  }
}
