/**
 * What of this room is run as a process of its own, by the command line: it works on the bucket and
 * on the store's administration, needs no node, and prints JSON lines.
 */
@NullMarked
package io.akidb.policies.command;

import org.jspecify.annotations.NullMarked;
