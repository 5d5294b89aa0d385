package io.imagestore.hdf5;

import io.imagestore.UnsupportedStoreException;
import io.jhdf.HdfFile;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import io.jhdf.links.ExternalLink;
import io.jhdf.links.SoftLink;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One walk along a path within an HDF5 file. It follows soft links, and refuses external ones
 * before anything touches what they name: a file that another one can have opened may be anybody's,
 * never end, or hold the bytes that are then looked for in this one.
 */
final class NodePath {

  /** As many as HDF5 itself follows. */
  private static final int MOST_LINKS = 16;

  private final HdfFile file;
  private final Path location;
  private int links;

  private NodePath(HdfFile file, Path location) {
    this.file = file;
    this.location = location;
  }

  /**
   * What a path leads to.
   *
   * @param location the file's
   * @param path from the root group on
   * @return null if that is nothing
   * @throws io.jhdf.exceptions.HdfException if the file is damaged
   * @throws UnsupportedStoreException if it leads to another file
   */
  static @Nullable Node follow(HdfFile file, Path location, String path) {
    return new NodePath(file, location).follow(file, path);
  }

  private @Nullable Node follow(Group from, String path) {
    Node node = path.startsWith("/") ? file : from;
    for (String name : path.split("/", -1)) {
      if (name.isEmpty() || name.equals(".")) {
        continue;
      }
      if (!(node instanceof Group group)) {
        return null;
      }
      node = target(group, group.getChild(name));
    }
    return node;
  }

  private @Nullable Node target(Group group, @Nullable Node child) {
    if (child instanceof ExternalLink link) {
      throw new UnsupportedStoreException(
          "'"
              + link.getPath()
              + "' in HDF5 file "
              + location
              + " is a link to another file, "
              + link.getTargetPath()
              + ", which isn't followed; open that file, or make one file of both with"
              + " h5copy -f ext");
    }
    if (child instanceof SoftLink link) {
      return links++ < MOST_LINKS ? follow(group, link.getTargetPath()) : null;
    }
    return child;
  }
}
