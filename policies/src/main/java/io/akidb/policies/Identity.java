package io.akidb.policies;

/**
 * Everything by which a node knows who calls and what they may.
 *
 * @param users and service accounts
 * @param roles of the tenants
 * @param keys API keys
 * @param accessTokens makes our own tokens
 * @param tokens reads all signed ones
 * @param authorizer decides
 */
public record Identity(
    Users users,
    Roles roles,
    ApiKeys keys,
    AccessTokens accessTokens,
    Tokens tokens,
    Authorizer authorizer) {}
