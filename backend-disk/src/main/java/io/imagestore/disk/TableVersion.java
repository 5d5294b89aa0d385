package io.imagestore.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/** What tells a label table from the one it was. */
record TableVersion(FileTime modified, long length, @Nullable Object key) {

  static TableVersion of(Path store) throws IOException {
    Path table = store.resolve(TableFormat.FILE);
    BasicFileAttributes attributes = Files.readAttributes(table, BasicFileAttributes.class);
    return new TableVersion(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
  }
}
