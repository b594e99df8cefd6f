/** The REST API: routes, who may call them, and the form of requests and answers. */
@NullMarked
package io.akidb.serving.rest;

import org.jspecify.annotations.NullMarked;
