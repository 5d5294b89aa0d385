package io.imagestore.examples.timings;

import com.fasterxml.jackson.annotation.JsonValue;

/** What is timed. */
public enum Operation {
  STORE_SINGLE("store-single"),
  STORE_MANY("store-many"),
  READ_SINGLE("read-single"),
  READ_MANY("read-many"),
  READ_PARALLEL("read-parallel"),
  READ_PARALLEL_WHILE_WRITING("read-parallel-while-writing");

  private final String text;

  Operation(String text) {
    this.text = text;
  }

  /** The name in tables and in JSON. */
  @JsonValue
  public String text() {
    return text;
  }

  /** Whether it reads a store, rather than filling one. */
  public boolean reads() {
    return this != STORE_SINGLE && this != STORE_MANY;
  }

  /** Whether it is done by a number of threads of its own. */
  public boolean parallel() {
    return this == READ_PARALLEL || this == READ_PARALLEL_WHILE_WRITING;
  }
}
