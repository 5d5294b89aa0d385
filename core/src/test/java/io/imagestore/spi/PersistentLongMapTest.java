package io.imagestore.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PersistentLongMapTest {

  @ParameterizedTest
  @ValueSource(longs = {10, 100, 5_000, 1L << 20, 1L << 40, Long.MAX_VALUE})
  void holdsWhatASortedMapHoldsAfterAnyChanges(long highestId) {
    SplittableRandom random = new SplittableRandom(highestId);
    PersistentLongMap<String> map = PersistentLongMap.empty();
    TreeMap<Long, String> model = new TreeMap<>();
    for (int change = 0; change < 3000; change++) {
      long id =
          change % 3 > 0 || model.isEmpty()
              ? random.nextLong(highestId)
              : existing(model, random, highestId);
      if (random.nextInt(3) == 0) {
        map = map.without(id);
        model.remove(id);
      } else {
        map = map.with(id, "v" + change);
        model.put(id, "v" + change);
      }
      assertThat(map.size()).isEqualTo(model.size());
      assertThat(map.get(id)).isEqualTo(model.get(id));
      assertThat(map.lastId())
          .isEqualTo(model.isEmpty() ? OptionalLong.empty() : OptionalLong.of(model.lastKey()));
    }
    assertThat(entriesFrom(map, 0)).isEqualTo(entriesOf(model, 0));
    long from = random.nextLong(highestId);
    assertThat(entriesFrom(map, from)).isEqualTo(entriesOf(model, from));
    for (long id : map.idsFrom(0, Integer.MAX_VALUE)) {
      map = map.without(id);
    }
    assertThat(map.idsFrom(0, 1)).isEmpty();
  }

  @Test
  void aChangeLeavesTheOldMapAsItWas() {
    PersistentLongMap<String> one = PersistentLongMap.<String>empty().with(1, "a");
    PersistentLongMap<String> two = one.with(1, "b").with(2, "c");

    assertThat(one.get(1)).isEqualTo("a");
    assertThat(one.get(2)).isNull();
    assertThat(two.without(1).get(1)).isNull();
    assertThat(two.get(1)).isEqualTo("b");
  }

  @ParameterizedTest
  @ValueSource(longs = {10, 100, 5_000, 1L << 40, Long.MAX_VALUE})
  void manyChangesAtOnceMakeWhatOneByOneMakes(long highestId) {
    SplittableRandom random = new SplittableRandom(highestId);
    PersistentLongMap<String> map = PersistentLongMap.empty();
    TreeMap<Long, String> model = new TreeMap<>();
    for (int round = 0; round < 20; round++) {
      List<String> before = entriesFrom(map, 0);
      PersistentLongMap.Builder<String> builder = map.toBuilder();
      long id = random.nextLong(highestId);
      for (int change = 0; change < 200; change++) {
        id = random.nextInt(10) == 0 || id == Long.MAX_VALUE ? random.nextLong(highestId) : id + 1;
        assertThat(builder.get(id)).isEqualTo(model.get(id));
        builder.put(id, round + "-" + change);
        model.put(id, round + "-" + change);
        assertThat(builder.get(id)).isEqualTo(model.get(id));
      }
      assertThat(entriesFrom(map, 0)).isEqualTo(before);
      map = builder.build();
      assertThat(map.size()).isEqualTo(model.size());
      assertThat(entriesFrom(map, 0)).isEqualTo(entriesOf(model, 0));
    }
  }

  @Test
  void aBuilderGoesOnAfterItHasBuilt() {
    PersistentLongMap.Builder<String> builder = PersistentLongMap.<String>empty().toBuilder();
    builder.put(1, "a");
    PersistentLongMap<String> one = builder.build();
    builder.put(2, "b");

    assertThat(entriesFrom(one, 0)).containsExactly("1a");
    assertThat(entriesFrom(builder.build(), 0)).containsExactly("1a", "2b");
  }

  @Test
  void theHighestAndLowestIdsAreHeld() {
    PersistentLongMap<String> map =
        PersistentLongMap.<String>empty()
            .with(Long.MAX_VALUE, "high")
            .with(0, "low")
            .with(Long.MAX_VALUE - 1, "next");

    assertThat(map.idsFrom(0, 10)).containsExactly(0, Long.MAX_VALUE - 1, Long.MAX_VALUE);
    assertThat(map.idsFrom(Long.MAX_VALUE, 10)).containsExactly(Long.MAX_VALUE);
  }

  @Test
  void idsAreGivenUpToACount() {
    PersistentLongMap<String> map = PersistentLongMap.empty();
    for (long id = 0; id < 200; id += 2) {
      map = map.with(id, "");
    }

    assertThat(map.idsFrom(31, 3)).containsExactly(32, 34, 36);
    assertThat(map.idsFrom(196, 3)).containsExactly(196, 198);
    assertThat(map.idsFrom(0, 0)).isEmpty();
  }

  private static long existing(
      NavigableMap<Long, String> model, SplittableRandom random, long highestId) {
    Long id = model.ceilingKey(random.nextLong(highestId));
    return id == null ? model.firstKey() : id;
  }

  private static List<String> entriesFrom(PersistentLongMap<String> map, long firstId) {
    List<String> entries = new ArrayList<>();
    map.forEachFrom(firstId, (id, value) -> entries.add(id + value));
    return entries;
  }

  private static List<String> entriesOf(SortedMap<Long, String> model, long firstId) {
    List<String> entries = new ArrayList<>();
    model.tailMap(firstId).forEach((id, value) -> entries.add(id + value));
    return entries;
  }
}
