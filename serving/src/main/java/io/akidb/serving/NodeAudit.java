package io.akidb.serving;

import io.akidb.objectstore.ObjectStore;
import io.akidb.policies.audit.AuditConfig;
import io.akidb.policies.audit.AuditEvent;
import io.akidb.policies.audit.AuditLog;
import io.akidb.policies.audit.CorruptAuditException;
import io.akidb.policies.audit.Outcome;
import io.akidb.serving.config.InvalidSettingException;
import io.akidb.serving.config.Setting;
import io.akidb.serving.config.Settings;
import io.akidb.tenancy.TenantId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** A node's audit log, and what the node does of its own accord and has to put there. */
record NodeAudit(AuditLog log) implements AutoCloseable {
  private static final String WHO = "node";

  /**
   * Opens it.
   *
   * @throws InvalidSettingException if the root key cannot be read
   */
  static NodeAudit open(ObjectStore store, Settings settings, Clock clock, SecureRandom random) {
    return new NodeAudit(
        new AuditLog(
            store,
            clock,
            random,
            settings.text(Setting.NODE_NAME).orElseGet(NodeAudit::machine),
            settings.text(Setting.AUDIT_KEY_FILE).map(NodeAudit::rootKey).orElse(null),
            AuditConfig.USUAL));
  }

  private static String machine() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  private static @Nullable PrivateKey rootKey(String file) {
    try {
      return AuditLog.rootKey(Files.readString(Path.of(file)));
    } catch (IOException | InvalidPathException | CorruptAuditException e) {
      throw new InvalidSettingException(
          Setting.AUDIT_KEY_FILE.variable()
              + " names no Ed25519 private key in PEM form that can be read; make one by"
              + " 'openssl genpkey -algorithm ed25519'");
    }
  }

  /** Before the first operator's key is made. */
  void operatorKeyIssued() {
    log.require(AuditEvent.of(WHO, "api-keys.create", "/api-keys", null, Outcome.ATTEMPTED));
  }

  /** Before anything of a tenant is removed for good. */
  void tenantPurged(TenantId tenant) {
    log.require(AuditEvent.of(WHO, "tenants.purge", "/tenants/" + tenant, null, Outcome.ATTEMPTED));
  }

  @Override
  public void close() {
    log.close();
  }
}
