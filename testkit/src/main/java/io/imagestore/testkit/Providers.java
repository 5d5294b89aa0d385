package io.imagestore.testkit;

import io.imagestore.spi.ImageStoreProvider;

/** Makes a provider in a child JVM, where only its class name is known. */
final class Providers {

  private Providers() {}

  static ImageStoreProvider named(String className) {
    try {
      return Class.forName(className)
          .asSubclass(ImageStoreProvider.class)
          .getConstructor()
          .newInstance();
    } catch (ReflectiveOperationException | ClassCastException e) {
      throw new IllegalArgumentException(
          className + " is no public provider with a public constructor", e);
    }
  }
}
