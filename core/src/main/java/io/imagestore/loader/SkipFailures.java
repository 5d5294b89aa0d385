package io.imagestore.loader;

import io.imagestore.ImageStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leaves out what can't be had. */
enum SkipFailures implements OnFailure {
  INSTANCE;

  private static final Logger LOG = LoggerFactory.getLogger(OnFailure.class);

  @Override
  public void failed(long id, ImageStoreException cause) {
    // The loader counts it.
  }

  @Override
  public void sourceDamaged(ImageStoreException cause) {
    LOG.warn("An epoch covers only the images that are still found", cause);
  }
}
