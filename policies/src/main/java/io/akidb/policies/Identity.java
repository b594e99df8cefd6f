package io.akidb.policies;

/**
 * Everything by which a node knows who calls and what they may.
 *
 * @param users and service accounts
 * @param roles of the tenants
 * @param keys API keys
 * @param authorizer decides
 */
public record Identity(Users users, Roles roles, ApiKeys keys, Authorizer authorizer) {}
