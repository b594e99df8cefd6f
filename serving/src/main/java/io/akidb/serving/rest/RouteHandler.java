package io.akidb.serving.rest;

/** Does what a route promises. */
@FunctionalInterface
interface RouteHandler {
  /** Handles a call that was authenticated, authorized and admitted. */
  Answer handle(Call call);
}
