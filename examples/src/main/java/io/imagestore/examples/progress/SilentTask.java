package io.imagestore.examples.progress;

/** Work that nobody is told of. */
final class SilentTask implements Progress.Task {
  @Override
  public void advance(long units) {}

  @Override
  public void done(String outcome) {}

  @Override
  public void close() {}
}
