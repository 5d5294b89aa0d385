package io.imagestore.testkit;

import io.imagestore.CorruptStoreException;
import io.imagestore.Durability;
import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.SampleType;
import io.imagestore.StoreOptions;
import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.spi.StoreFile;
import io.imagestore.spi.StoreFiles;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** The smallest store on a disk: each write writes all images into a new file, which is renamed. */
final class OneFileProvider implements ImageStoreProvider {

  /** When the new file is on the device before it takes the place of the old one. */
  enum Care {
    ALWAYS,
    ONCE_FLUSHED,
    NEVER
  }

  private static final Set<String> WRITES = Set.of("put", "putBatch", "delete");

  private final Care care;

  OneFileProvider(Care care) {
    this.care = care;
  }

  @Override
  public String backend() {
    return "one-file";
  }

  @Override
  public boolean recognizes(Path path) {
    return Files.exists(path);
  }

  @Override
  public ImageSource openReadOnly(Path path, StoreOptions options) {
    return open(path, options);
  }

  @Override
  public ImageStore open(Path path, StoreOptions options) {
    return open(path, options, StoreFiles.ofSystem());
  }

  @Override
  public ImageStore open(Path path, StoreOptions options, StoreFiles files) {
    // Under another name: this store's own file is a new one after each write.
    ImageStore images = MemoryImageStore.open(path.resolveSibling("memory"), options);
    try {
      boolean isNew = !Files.exists(path);
      if (!isNew) {
        load(path, images);
      }
      boolean commits = options.durability().orElse(Durability.COMMIT) == Durability.COMMIT;
      Written written = new Written(path, files, images, !isNew || commits);
      if (isNew) {
        written.save();
      }
      return (ImageStore)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {ImageStore.class},
              (proxy, method, arguments) -> written.call(method, arguments));
    } catch (IOException e) {
      throw new ImageStoreException("store " + path + " can't be opened: " + e.getMessage(), e);
    }
  }

  private final class Written {
    private final Path path;
    private final StoreFiles files;
    private final ImageStore images;
    private boolean flushed;

    Written(Path path, StoreFiles files, ImageStore images, boolean flushed) {
      this.path = path;
      this.files = files;
      this.images = images;
      this.flushed = flushed;
    }

    Object call(Method method, Object[] arguments) throws Throwable {
      try {
        String name = method.getName();
        if (name.equals("flush") || name.equals("close")) {
          flushed = true;
          save();
        }
        Object result = method.invoke(images, arguments);
        if (WRITES.contains(name)) {
          save();
        }
        return result;
      } catch (InvocationTargetException e) {
        throw e.getCause();
      } catch (IOException e) {
        throw new ImageStoreException("writing store " + path + ": " + e.getMessage(), e);
      }
    }

    void save() throws IOException {
      boolean waits = care == Care.ALWAYS || (care == Care.ONCE_FLUSHED && flushed);
      Path next = path.resolveSibling("next");
      byte[] bytes = bytesOf(images);
      try (StoreFile file = files.open(next, StoreFiles.Access.REPLACE)) {
        file.write(0, bytes, 0, bytes.length);
        if (waits) {
          file.force();
        }
      }
      files.rename(next, path);
      if (waits) {
        files.sync(path.getParent());
      }
    }
  }

  private static byte[] bytesOf(ImageStore images) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt((int) images.size());
    try (Stream<LabeledImage> all = images.stream()) {
      for (LabeledImage each : all.toList()) {
        write(each, out);
      }
    }
    out.writeLong(crcOf(bytes.toByteArray(), bytes.size()));
    return bytes.toByteArray();
  }

  private static void write(LabeledImage labeled, DataOutputStream out) throws IOException {
    Image image = labeled.image();
    ImageShape shape = image.shape();
    byte[] content = image.isEncoded() ? image.encodedBytes() : image.pixels();
    out.writeLong(labeled.id());
    out.writeInt(labeled.label());
    out.writeUTF(labeled.metadata().orElse(""));
    out.writeBoolean(image.isEncoded());
    out.writeInt(shape.height());
    out.writeInt(shape.width());
    out.writeInt(shape.channels());
    out.writeUTF(shape.sampleType().name());
    out.writeInt(content.length);
    out.write(content);
  }

  private static void load(Path path, ImageStore images) throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    int end = bytes.length - Long.BYTES;
    if (end < 0 || ByteBuffer.wrap(bytes).getLong(end) != crcOf(bytes, end)) {
      throw new CorruptStoreException("store " + path + " is damaged: its checksum is another");
    }
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    for (int left = in.readInt(); left > 0; left--) {
      images.put(read(in));
    }
  }

  private static LabeledImage read(DataInputStream in) throws IOException {
    long id = in.readLong();
    int label = in.readInt();
    String metadata = in.readUTF();
    boolean encoded = in.readBoolean();
    int height = in.readInt();
    int width = in.readInt();
    int channels = in.readInt();
    SampleType type = SampleType.valueOf(in.readUTF());
    byte[] content = in.readNBytes(in.readInt());
    Image image =
        encoded
            ? Image.encoded(content)
            : Image.of(new ImageShape(height, width, channels, type), ByteBuffer.wrap(content));
    LabeledImage labeled = new LabeledImage(id, image, label);
    return metadata.isEmpty() ? labeled : labeled.withMetadata(metadata);
  }

  private static long crcOf(byte[] bytes, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, length);
    return crc.getValue();
  }
}
