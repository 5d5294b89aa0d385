package io.imagestore.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.ImageStoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DamagedSourceTest {

  private static final int IMAGES = 20;
  private static final List<Long> BUT_NINE =
      LongStream.range(0, IMAGES).filter(id -> id != 9).boxed().toList();

  private final TestSource source = TestSource.empty();

  DamagedSourceTest() {
    LongStream.range(0, IMAGES).forEach(id -> source.add(id, TestSource.raw(id, 2, 3, 1)));
  }

  private DataLoader.Builder loader(OnFailure onFailure) {
    return DataLoader.builder(source.open()).batchSize(4).workers(0).onFailure(onFailure);
  }

  /** Goes on, and remembers. */
  private static final class Told implements OnFailure {
    private final List<Long> ids = new ArrayList<>();
    private final List<String> ofSource = new ArrayList<>();

    @Override
    public void failed(long id, ImageStoreException cause) {
      assertThat(cause).isInstanceOf(CorruptImageException.class);
      ids.add(id);
    }

    @Override
    public void sourceDamaged(ImageStoreException cause) {
      ofSource.add(cause.getMessage());
    }
  }

  @Test
  void imagesThatAreStillFoundAreCoveredAndTheOthersTold() {
    source.damageWayTo(9);
    Told told = new Told();

    List<Long> seen = Seen.ids(loader(told).build().epoch(0));

    assertThat(seen).isEqualTo(BUT_NINE);
    assertThat(told.ids).containsExactly(9L);
    assertThat(told.ofSource).containsOnly("a page is damaged");
  }

  @Test
  void imagesOfWhichNothingTellsAreToldTogether() {
    source.lose(9);
    Told told = new Told();
    DataLoader loader = loader(told).build();
    told.ofSource.clear();

    List<Long> seen = Seen.ids(loader.epoch(0));

    assertThat(seen).isEqualTo(BUT_NINE);
    assertThat(told.ids).isEmpty();
    assertThat(told.ofSource).containsExactly("a page is damaged", "the ids of 1 images are lost");
  }

  @Test
  void skippingGoesOnWithTheImagesThatAreStillFound() {
    source.damageWayTo(9);
    DataLoader loader = loader(OnFailure.skip()).build();

    assertThat(Seen.ids(loader.epoch(0))).isEqualTo(BUT_NINE);
    assertThat(loader.stats().skipped()).isEqualTo(1);
  }

  @Test
  void noEpochBeginsUnlessTheDecisionIsToGoOn() {
    source.damageWayTo(9);

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> loader(OnFailure.fail()).build())
        .withMessage("a page is damaged");
    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> loader((id, cause) -> {}).build());
    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> loader(OnFailure.skip(IMAGES)).build());
  }

  @Test
  void anImageThatCannotBeLookedUpAnyMoreIsNamed() {
    DataLoader loader = loader(OnFailure.fail()).build();
    Epoch epoch = loader.epoch(0);
    source.damageWayTo(9);

    assertThatExceptionOfType(CorruptImageException.class)
        .isThrownBy(() -> Seen.ids(epoch))
        .satisfies(e -> assertThat(e.id()).isEqualTo(9))
        .withCauseInstanceOf(CorruptStoreException.class);
  }
}
