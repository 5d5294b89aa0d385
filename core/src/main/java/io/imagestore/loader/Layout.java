package io.imagestore.loader;

/** In which order the samples of a batch follow each other. */
public enum Layout {
  /** Image by image, in each channel by channel, in each row by row: PyTorch's order. */
  NCHW,

  /** Image by image, in each row by row, the channels of a pixel together: TensorFlow's order. */
  NHWC
}
