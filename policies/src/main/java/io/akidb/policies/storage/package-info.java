/**
 * Who may touch what in the object store itself: least-privilege policy documents made from tenants
 * and purposes, and their synchronization with a store's own identities. Documents are IAM's, so
 * that the generator serves MinIO and AWS alike; what is MinIO's own stands in {@code
 * MinioIdentities} alone.
 */
@NullMarked
package io.akidb.policies.storage;

import org.jspecify.annotations.NullMarked;
