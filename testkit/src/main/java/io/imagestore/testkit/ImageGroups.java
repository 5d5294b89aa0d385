package io.imagestore.testkit;

import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Images that tell whether they were read rightly: pixels follow from id and label, and those of a
 * group are always stored together, with one label.
 */
final class ImageGroups {

  static final int GROUPS = 40;
  static final int GROUP = 8;

  /** Images from here on are stored and deleted one by one. */
  static final long FIRST_SINGLE = 10_000;

  static final int SINGLES = 60;

  private static final ImageShape SHAPE = new ImageShape(24, 24, 3);

  private ImageGroups() {}

  static long bytes() {
    return (GROUPS * GROUP + SINGLES) * SHAPE.byteCount();
  }

  static long[] ids(int group) {
    return LongStream.range((long) group * GROUP, (group + 1L) * GROUP).toArray();
  }

  static List<LabeledImage> images(int group, int label) {
    return LongStream.of(ids(group)).mapToObj(id -> image(id, label)).toList();
  }

  static LabeledImage image(long id, int label) {
    return new LabeledImage(id, SampleImages.noise(SHAPE, 31 * id + label), label);
  }

  static boolean isRight(LabeledImage read) {
    return read.equals(image(read.id(), read.label()));
  }
}
