package io.imagestore.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.ImageShape;
import io.imagestore.SampleType;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CodecsTest {

  private static final ImageShape SHAPE = new ImageShape(2, 3, 3);

  @Test
  void whatEncodesAFormatIsFoundByTheShape() {
    ByteBuffer pixels = ByteBuffer.allocate((int) SHAPE.byteCount());

    ByteBuffer file = Codecs.findEncoder("png", SHAPE).orElseThrow().encode(SHAPE, pixels);

    assertThat(file.hasArray()).isTrue();
    assertThat(Codecs.readHeader(file)).isEqualTo(new ImageHeader("png", SHAPE));
  }

  @Test
  void aShapeOrFormatThatNothingEncodesHasNoEncoder() {
    assertThat(Codecs.findEncoder("png", new ImageShape(2, 3, 5))).isEmpty();
    assertThat(Codecs.findEncoder("png", new ImageShape(2, 3, 1, SampleType.FLOAT32))).isEmpty();
    assertThat(Codecs.findEncoder("jpeg", SHAPE)).isEmpty();
    assertThat(Codecs.findEncoder("webp", SHAPE)).isEmpty();
  }

  /** What a package tells to modules by name, a stranger's backend or codec can't use. */
  @Test
  void whatTheModuleExportsItExportsToEverybody() throws IOException {
    Path descriptor = Path.of("target/classes/module-info.class");
    try (InputStream in = Files.newInputStream(descriptor)) {
      assertThat(ModuleDescriptor.read(in).exports())
          .isNotEmpty()
          .noneMatch(ModuleDescriptor.Exports::isQualified);
    }
  }
}
