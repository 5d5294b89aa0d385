package io.imagestore.examples;

import io.imagestore.cifar.CifarDownload;
import io.imagestore.examples.progress.Progress;
import org.jspecify.annotations.Nullable;

/** Shows a download as a task whose units are bytes; what an earlier call fetched isn't counted. */
final class DownloadDisplay implements CifarDownload.Progress, AutoCloseable {
  private final String name;
  private final Progress progress;
  private Progress.@Nullable Task task;
  private long shown;

  DownloadDisplay(String name, Progress progress) {
    this.name = name;
    this.progress = progress;
  }

  @Override
  public void at(long bytes, long totalBytes) {
    if (task == null) {
      // A server that doesn't tell the size leaves the end open.
      long left = totalBytes < 0 ? Long.MAX_VALUE : Math.max(1, totalBytes - bytes);
      task = progress.start(name, left);
    } else {
      task.advance(bytes - shown);
    }
    shown = bytes;
  }

  @Override
  public void close() {
    if (task != null) {
      task.close();
    }
  }
}
