package io.akidb.serving.problem;

/**
 * One field that is wrong.
 *
 * @param pointer JSON pointer (RFC 6901) into the request
 * @param detail what is wrong and what would be right
 */
public record FieldProblem(String pointer, String detail) {}
