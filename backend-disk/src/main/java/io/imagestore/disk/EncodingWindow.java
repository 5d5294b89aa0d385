package io.imagestore.disk;

import io.imagestore.LabeledImage;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/**
 * The images of a batch on their way into files: some are being gathered, some encoded and written
 * by several threads, and those that are done are handed on in order.
 */
final class EncodingWindow {
  /** A part of a batch, encoded by one thread in one go: so many images or bytes. */
  private static final int PART_IMAGES = 64;

  private static final long PART_BYTES = 1 << 18;

  /** Bytes held at once, for all threads together, beside the part that is being gathered. */
  private static final long WINDOW_BYTES = 1 << 24;

  /** Takes what has been written to files, in order. */
  interface Sink {
    void add(LabeledImage image, Entry entry) throws IOException;
  }

  private final ImageWriter images;
  private final Workers workers;
  private final Sink sink;
  private final Queue<Part> parts = new ArrayDeque<>();
  private Part gathering = new Part();
  private long bytes;

  EncodingWindow(ImageWriter images, Workers workers, Sink sink) {
    this.images = images;
    this.workers = workers;
    this.sink = sink;
  }

  /** Adds an image that is to be written to the file of this number. */
  void add(LabeledImage image, long sequence) throws IOException {
    gathering.add(image, sequence);
    if (gathering.images.size() == PART_IMAGES || gathering.bytes >= PART_BYTES) {
      submit();
    }
  }

  /** Hands on all that is left. */
  void drain() throws IOException {
    if (!gathering.images.isEmpty()) {
      submit();
    }
    while (!parts.isEmpty()) {
      takeFirst();
    }
  }

  private void submit() throws IOException {
    while (!parts.isEmpty()
        && (parts.size() > 2 * workers.threads() || bytes + gathering.bytes > WINDOW_BYTES)) {
      takeFirst();
    }
    gathering.start();
    bytes += gathering.bytes;
    parts.add(gathering);
    gathering = new Part();
  }

  private void takeFirst() throws IOException {
    Part first = parts.remove();
    bytes -= first.bytes;
    List<Entry> entries = Workers.join(first.entries);
    for (int i = 0; i < entries.size(); i++) {
      sink.add(first.images.get(i), entries.get(i));
    }
  }

  /** Waits until nothing is written any more. */
  void abandon() {
    for (Part part : parts) {
      part.entries.handle((entries, failure) -> true).join();
    }
  }

  private final class Part {
    private final List<LabeledImage> images = new ArrayList<>(PART_IMAGES);
    private final List<Long> sequences = new ArrayList<>(PART_IMAGES);
    private CompletableFuture<List<Entry>> entries = CompletableFuture.completedFuture(List.of());
    private long bytes;

    void add(LabeledImage image, long sequence) {
      images.add(image);
      sequences.add(sequence);
      bytes += image.image().bytes().remaining() + image.metadata().map(String::length).orElse(0);
    }

    void start() {
      entries = workers.submit(this::write);
    }

    private List<Entry> write() throws IOException {
      List<Entry> written = new ArrayList<>(images.size());
      for (int i = 0; i < images.size(); i++) {
        written.add(EncodingWindow.this.images.write(images.get(i), sequences.get(i)));
      }
      return written;
    }
  }
}
