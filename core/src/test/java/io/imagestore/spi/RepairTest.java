package io.imagestore.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.RepairPolicy;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RepairTest {

  @TempDir Path folder;

  private final class DamagedPixels extends HeapBackend {

    @Override
    public Path location() {
      return folder.resolve("store");
    }

    @Override
    public void check(long id) {
      throw new CorruptImageException(location(), id, "a bit was flipped");
    }
  }

  @Test
  void metadataThatIsWholeIsLaidAsideWithTheImageThatIsNot() {
    LabeledImage image = new LabeledImage(3, Image.of(1, 1, 1, new byte[] {7}), 5);
    try (ImageStore store = new DamagedPixels().open()) {
      store.put(image.withMetadata("{\"patient\":\"p3\"}"));

      assertThat(store.repair(RepairPolicy.dropDamaged()).droppedIds()).containsExactly(3);
    }
    assertThat(folder.resolve("store.damaged/damages.jsonl"))
        .content()
        .contains("\"label\":5")
        .contains("\"metadata\":\"{\\\"patient\\\":\\\"p3\\\"}\"");
  }
}
