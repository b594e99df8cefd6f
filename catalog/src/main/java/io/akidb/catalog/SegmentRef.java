package io.akidb.catalog;

import java.io.Serializable;

/**
 * A committed segment.
 *
 * @param segment what was committed
 * @param sequence its place in the order of commits of the collection, from 0 on, without gaps
 */
public record SegmentRef(StagedSegment segment, long sequence) implements Serializable {}
