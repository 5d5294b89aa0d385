package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.imagestore.Capability;
import io.imagestore.CopyReport;
import io.imagestore.CorruptImageException;
import io.imagestore.Durability;
import io.imagestore.ImageBatch;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.OpenMode;
import io.imagestore.Progress;
import io.imagestore.RepairPolicy;
import io.imagestore.RepairReport;
import io.imagestore.StoreExistsException;
import io.imagestore.StoreLockedException;
import io.imagestore.StoreOptions;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.VerifyReport;
import io.imagestore.spi.DirectSource;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every {@link ImageStore} keeps to whose images outlive the process. */
public abstract class PersistentStoreContract extends ImageStoreContract {

  private static final ImageShape RGB = new ImageShape(9, 13, 3);

  /** The images of this test that were damaged on purpose. */
  final Set<Long> damaged = new HashSet<>();

  /** For subclasses. */
  protected PersistentStoreContract() {}

  /**
   * Damages one image of a closed store so that its pixels are others. By default finds its raw
   * bytes in one of the store's files and flips a bit; a backend that stores them otherwise
   * overrides this.
   *
   * @param store where the store lies
   * @param image as it was stored
   * @throws IOException if a file can't be changed
   */
  protected void damage(Path store, LabeledImage image) throws IOException {
    StoredPixels.damage(store, image);
  }

  /**
   * Flips the lowest bit of a byte in a file.
   *
   * @param file the file
   * @param offset which byte
   * @throws IOException if the file can't be changed
   */
  protected static void flipBit(Path file, long offset) throws IOException {
    StoredPixels.flipBit(file, offset);
  }

  // Lasting.

  @ParameterizedTest
  @EnumSource(Durability.class)
  void whatWasWrittenIsThereWhenTheStoreIsOpenedAgain(Durability durability) {
    StoreOptions options = StoreOptions.builder().durability(durability).build();
    try (ImageStore store = open(options)) {
      store.putBatch(SampleImages.list(0, 40, RGB, 1));
      store.put(7, SampleImages.noise(RGB, 99), 3);
      store.delete(8);
      store.flush();
      store.putBatch(SampleImages.list(40, 5, RGB, 1));
    }
    try (ImageStore store = open(options)) {
      assertThat(store.size()).isEqualTo(44);
      assertThat(store.get(7)).isEqualTo(new LabeledImage(7, SampleImages.noise(RGB, 99), 3));
      assertThat(store.contains(8)).isFalse();
      assertThat(imagesOf(store.readBatch(38, 10))).isEqualTo(SampleImages.list(38, 7, RGB, 1));
      assertThat(store.verify().isClean()).isTrue();
    }
  }

  @Test
  void aStoreGrowsOverManyOpenings() {
    for (int opening = 0; opening < 12; opening++) {
      try (ImageStore store = open()) {
        store.putBatch(SampleImages.list(opening * 7L, 7, RGB, 1));
        store.put(1000, SampleImages.noise(RGB, opening), opening);
      }
    }
    try (ImageSource store = openReadOnly()) {
      assertThat(imagesOf(store.readBatch(0, 84))).isEqualTo(SampleImages.list(0, 84, RGB, 1));
      assertThat(store.get(1000))
          .isEqualTo(new LabeledImage(1000, SampleImages.noise(RGB, 11), 11));
    }
  }

  @Test
  void anEmptyStoreIsStillAStoreWhenItIsOpenedAgain() {
    open().close();

    try (ImageSource store = openReadOnly()) {
      assertThat(store.size()).isZero();
    }
  }

  @Test
  void labelNamesAreKeptUntilOthersAreGiven() {
    open(StoreOptions.builder().labelNames(List.of("cat", "dog, barking")).build()).close();
    try (ImageStore store = open()) {
      store.put(1, SampleImages.noise(RGB, 1), 1);
      assertThat(store.info().labelNames()).containsExactly("cat", "dog, barking");
    }

    open(StoreOptions.builder().labelNames(List.of("chat", "chien", "cheval")).build()).close();
    try (ImageSource store = openReadOnly()) {
      assertThat(store.info().labelNames()).containsExactly("chat", "chien", "cheval");
      assertThat(store.get(1).image()).isEqualTo(SampleImages.noise(RGB, 1));
    }
  }

  @Test
  void aRandomSequenceOfWritesLeavesWhatItsModelHolds() {
    RandomOperations operations = new RandomOperations(5, capabilities());
    TreeMap<Long, LabeledImage> model = new TreeMap<>();
    int operation = 0;
    for (int opening = 0; opening < 6; opening++) {
      try (ImageStore store = open()) {
        for (int end = operation + 15; operation < end; operation++) {
          operations.apply(operation, store);
          operations.apply(operation, model);
        }
        assertThat(all(store)).isEqualTo(new ArrayList<>(model.values()));
      }
    }
    try (ImageSource store = openReadOnly()) {
      assertThat(all(store)).isEqualTo(new ArrayList<>(model.values()));
    }
  }

  @Test
  void ofABatchWhoseIteratorThrewNothingIsThereWhenTheStoreIsOpenedAgain() {
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 10, RGB, 1));
      Stream<LabeledImage> failing =
          SampleImages.stream(5, 300, RGB, 2)
              .peek(
                  image -> {
                    if (image.id() == 250) {
                      throw new IllegalStateException("the source broke");
                    }
                  });
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(() -> store.putBatch(failing));
    }
    try (ImageStore store = open()) {
      assertThat(all(store)).isEqualTo(SampleImages.list(0, 10, RGB, 1));
    }
  }

  /** What a new store declares. */
  private Set<Capability> capabilities() {
    try (ImageStore store = open(folder.resolve("new"), StoreOptions.defaults())) {
      return store.info().capabilities();
    }
  }

  // Large.

  @Test
  @OnSystemFilesOnly
  void moreThanTheHeapHoldsIsWrittenInOneBatchAndReadBack() {
    try (ChildJvm child =
        ChildJvm.start(
            List.of("-Xmx48m"), SmallHeap.class, provider().getClass().getName(), path(), 7_000)) {
      child.succeed();
    }
  }

  @Test
  @OnSystemFilesOnly
  void whatThereIsNoRoomForIsToldAndTheStoreGoesOn() {
    try (ChildJvm child =
        ChildJvm.startWithLittleRoom(
            LittleRoom.MEBIBYTES, LittleRoom.class, provider().getClass().getName(), path())) {
      List<String> said = child.succeed();
      assertThat(said).hasSize(2);
      assertThat(said.get(0)).contains(path().toString(), "the store is as it was");
      assertThat(said.get(1)).isEqualTo("0");
    }
    try (ImageStore store = open()) {
      assertThat(all(store)).containsExactly(LittleRoom.SMALL);
      assertThat(store.verify().isClean()).isTrue();
    }
  }

  // One writer, and readers in other processes.

  @Test
  void aSecondWriterInThisProcessIsLockedOut() {
    try (ImageStore store = open()) {
      store.put(1, SampleImages.noise(RGB, 1), 1);

      assertThatExceptionOfType(StoreLockedException.class)
          .isThrownBy(this::open)
          .withMessageContaining(path().toString());
      store.put(2, SampleImages.noise(RGB, 2), 2);
    }
    try (ImageStore store = open()) {
      assertThat(store.size()).isEqualTo(2);
    }
  }

  @Test
  void aSecondWriterByAnotherNameIsLockedOut() throws IOException {
    try (ImageStore store = open()) {
      store.put(1, SampleImages.noise(RGB, 1), 1);
      Path link = Files.createSymbolicLink(folder.resolve("link"), path());

      assertThatExceptionOfType(StoreLockedException.class)
          .isThrownBy(() -> open(link, StoreOptions.defaults()));
    }
  }

  private Path storeBeside(String name, List<LabeledImage> images) {
    Path beside = path().resolveSibling(name);
    try (ImageStore store = open(beside, StoreOptions.defaults())) {
      store.putBatch(images);
    }
    return beside;
  }

  @Test
  @OnSystemFilesOnly
  void aStoreStaysTheSameThoughTheLinkItWasOpenedByComesToLeadElsewhere() throws IOException {
    List<LabeledImage> anothers = SampleImages.list(0, 8, RGB, 2);
    Path another = storeBeside("another", anothers);
    open().close();
    Path link = Files.createSymbolicLink(path().resolveSibling("link"), path());
    try (ImageStore store = open(link, StoreOptions.defaults())) {
      store.putBatch(SampleImages.list(0, 3, RGB, 1));
      store.flush();
      Files.delete(link);
      Files.createSymbolicLink(link, another);

      store.putBatch(SampleImages.list(0, 6, RGB, 1));
      store.delete(2);
      store.flush();
      assertThat(contentOf(store)).hasSize(5);
      assertThat(store.verify().isClean()).isTrue();
    }
    try (ImageSource store = openReadOnly()) {
      assertThat(contentOf(store)).hasSize(5);
      assertThat(store.verify().isClean()).isTrue();
    }
    try (ImageSource store = ImageStores.open(another)) {
      assertThat(contentOf(store)).isEqualTo(anothers);
      assertThat(store.verify().isClean()).isTrue();
    }
  }

  @Test
  void aSecondWriterInAnotherProcessIsLockedOut() {
    try (ImageStore store = open()) {
      store.put(1, SampleImages.noise(RGB, 1), 1);

      assertThat(tryToWriteElsewhere())
          .first(InstanceOfAssertFactories.STRING)
          .isEqualTo("StoreLockedException");
      store.put(2, SampleImages.noise(RGB, 2), 2);
    }
  }

  @Test
  void aSecondWriterOfAnotherClassLoaderIsLockedOut() throws Exception {
    try (ImageStore store = open();
        URLClassLoader other = copyOfTheseClasses()) {
      store.put(1, SampleImages.noise(RGB, 1), 1);

      assertThatThrownBy(() -> openIn(other))
          .satisfies(
              e ->
                  assertThat(e.getClass().getName())
                      .isEqualTo(StoreLockedException.class.getName()))
          .hasMessageContaining(path().toString());
      store.put(2, SampleImages.noise(RGB, 2), 2);
    }
    try (ImageStore store = open()) {
      assertThat(store.size()).isEqualTo(2);
    }
  }

  private static URLClassLoader copyOfTheseClasses() throws IOException {
    List<URL> classPath = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      classPath.add(Path.of(entry).toUri().toURL());
    }
    return new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  private void openIn(ClassLoader loader) throws Throwable {
    Class<?> options = loader.loadClass(StoreOptions.class.getName());
    Class<?> provider = loader.loadClass(provider().getClass().getName());
    try {
      provider
          .getMethod("open", Path.class, options)
          .invoke(
              provider.getConstructor().newInstance(),
              path(),
              options.getMethod("defaults").invoke(null));
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  @Test
  void anotherProcessReadsWhatIsCommittedWhileThisOneWritesAsDeclared() {
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 50, RGB, 1));
      store.delete(3);
      store.put(4, SampleImages.noise(RGB, 5), 1);

      if (store.info().capabilities().contains(Capability.READ_BY_OTHER_PROCESSES)) {
        try (Stream<LabeledImage> images = store.stream()) {
          assertThat(readElsewhere()).containsExactly(OtherProcess.digest(images));
        }
      } else {
        assertThat(readElsewhere())
            .first(InstanceOfAssertFactories.STRING)
            .isEqualTo("StoreLockedException");
      }
    }
  }

  // Folders and files that may not be changed or read.

  @Test
  void whereNothingMayBeMadeAStoreIsRefusedAndTheReasonTold() throws IOException {
    Path locked = Files.createDirectory(folder.resolve("locked"));
    setMode(locked, "r-xr-xr-x");
    try {
      assertNoPermission(runWithoutPrivileges(locked.resolve("store"), "write"), locked);
    } finally {
      setMode(locked, "rwxr-xr-x");
    }
    assertThat(locked).isEmptyDirectory();
  }

  @Test
  void aStoreThatMayOnlyBeReadIsReadAndNotWritten() throws IOException {
    Path locked = Files.createDirectory(folder.resolve("locked"));
    Path store = locked.resolve("store");
    try (ImageStore open = leaks.track(provider().open(store, StoreOptions.defaults()))) {
      open.putBatch(SampleImages.list(0, 20, RGB, 1));
    }
    setModes(locked, "r-xr-xr-x", "r--r--r--");
    try {
      assertThat(runWithoutPrivileges(store, "read"))
          .containsExactly(OtherProcess.digest(SampleImages.stream(0, 20, RGB, 1)));
      assertNoPermission(runWithoutPrivileges(store, "write"), store);
    } finally {
      setModes(locked, "rwxr-xr-x", "rw-r--r--");
    }
    try (ImageSource open = leaks.track(ImageStores.open(store))) {
      assertThat(all(open)).isEqualTo(SampleImages.list(0, 20, RGB, 1));
    }
  }

  @Test
  void aStoreThatMayNotBeReadIsRefusedAndTheReasonTold() throws IOException {
    try (ImageStore open = open()) {
      open.put(1, SampleImages.noise(RGB, 1), 1);
    }
    setModes(path(), "rwxr-xr-x", "---------");
    try {
      assertNoPermission(runWithoutPrivileges(path(), "read"), path());
      assertNoPermission(runWithoutPrivileges(path(), "write"), path());
    } finally {
      setModes(path(), "rwxr-xr-x", "rw-r--r--");
    }
  }

  private List<String> runWithoutPrivileges(Path store, String how) {
    try (ChildJvm child =
        ChildJvm.startWithoutPrivileges(
            OtherProcess.class, provider().getClass().getName(), store, how)) {
      return child.succeed();
    }
  }

  private static void assertNoPermission(List<String> said, Path place) {
    assertThat(said).first(InstanceOfAssertFactories.STRING).isEqualTo("ImageStoreException");
    assertThat(said.get(1)).contains(place.toString()).containsIgnoringCase("permission");
  }

  private static void setModes(Path root, String folders, String files) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.toList()) {
        setMode(path, Files.isDirectory(path) ? folders : files);
      }
    }
  }

  private static void setMode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  @Test
  @OnSystemFilesOnly
  void whoWritesToAStoreThatWasRemovedIsTold() throws IOException {
    ImageStore store = open();
    store.putBatch(SampleImages.list(0, 20, RGB, 1));
    FileTrees.delete(path());

    for (Runnable call :
        List.<Runnable>of(
            () -> store.put(20, SampleImages.noise(RGB, 1), 1),
            () -> store.delete(3),
            store::flush)) {
      assertThatExceptionOfType(ImageStoreException.class)
          .isThrownBy(call::run)
          .withMessageContaining(path().toString())
          .withMessageContaining("removed");
    }
    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(store::close)
        .withMessageContaining(path().toString())
        .withMessageContaining("removed");
    assertThat(path()).doesNotExist();
  }

  @Test
  @OnSystemFilesOnly
  void whoClosesAStoreInWhosePlaceAnotherHasComeIsTold() throws IOException {
    List<LabeledImage> others = SampleImages.list(0, 20, RGB, 2);
    Path other = storeBeside("other", others);
    ImageStore store = open();
    store.putBatch(SampleImages.list(0, 20, RGB, 1));
    store.flush();
    store.putBatch(SampleImages.list(0, 3, RGB, 3));
    store.delete(4);
    Path moved = path().resolveSibling("moved");
    moveStore(moved);
    Files.move(other, path());

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(store::close)
        .withMessageContaining(path().toString())
        .withMessageContaining("replaced");

    try (ImageStore another = open()) {
      assertThat(another.verify().isClean()).isTrue();
      assertThat(contentOf(another)).isEqualTo(others);
    }
    try (ImageStore old = open(moved, StoreOptions.defaults())) {
      assertThat(old.size()).isEqualTo(19);
      assertThat(old.verify().isClean()).isTrue();
    }
  }

  @Test
  @OnSystemFilesOnly
  void aBatchDuringWhichTheStoreWasMovedIsNotStored() throws IOException {
    Path moved = path().resolveSibling("moved");
    List<LabeledImage> stored = SampleImages.list(0, 20, RGB, 1);
    ImageStore store = open();
    store.putBatch(stored);
    Iterator<LabeledImage> images = SampleImages.list(20, 5, RGB, 1).iterator();
    Iterator<LabeledImage> moving =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            if (!images.hasNext() && Files.exists(path())) {
              moveStore(moved);
            }
            return images.hasNext();
          }

          @Override
          public LabeledImage next() {
            return images.next();
          }
        };

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> store.putBatch(() -> moving))
        .withMessageContaining(path().toString())
        .withMessageContaining("moved");

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(store::close)
        .withMessageContaining(path().toString())
        .withMessageContaining("moved");
    assertThat(path()).doesNotExist();
    Files.move(moved, path());
    try (ImageStore again = open()) {
      assertThat(contentOf(again)).isEqualTo(stored);
    }
  }

  private void moveStore(Path to) {
    try {
      Files.move(path(), to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> readElsewhere() {
    return runElsewhere("read");
  }

  private List<String> tryToWriteElsewhere() {
    return runElsewhere("write");
  }

  private List<String> runElsewhere(String how) {
    try (ChildJvm child =
        ChildJvm.start(
            List.of(), OtherProcess.class, provider().getClass().getName(), path(), how)) {
      return child.succeed();
    }
  }

  @Test
  void aVisitorMayNotCloseTheSourceThatShowsItsImages() {
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 4, RGB, 1));
    }
    try (ImageSource source = openReadOnly()) {
      Runnable close = source::close;

      assertThatIllegalStateException()
          .isThrownBy(
              () ->
                  ((DirectSource) source)
                      .visit(new long[] {2}, 0, 1, (i, image, bytes) -> close.run()))
          .withMessageContaining("close");

      assertThat(source.get(2)).isEqualTo(SampleImages.labeled(2, RGB, 1));
    }
  }

  // Checked.

  @Test
  void aDamagedImageIsNamedAndTheOthersStayReadable() throws IOException {
    damagedStore(20, 7);

    try (ImageSource store = openReadOnly()) {
      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> store.get(7))
          .withMessageContaining("7")
          .withMessageContaining(path().toString())
          .satisfies(e -> assertThat(e.id()).isEqualTo(7));
      assertThat(imagesOf(store.readBatch(0, 7))).isEqualTo(SampleImages.list(0, 7, RGB, 1));
      assertThat(imagesOf(store.readBatch(8, 20))).isEqualTo(SampleImages.list(8, 12, RGB, 1));
      assertThat(store.label(7)).isEqualTo(SampleImages.labeled(7, RGB, 1).label());
    }
  }

  @Test
  void aBatchWithADamagedImageIsEmptyAfterwards() throws IOException {
    damagedStore(20, 7);
    ImageBatch batch = ImageBatch.allocate(RGB, 20);
    try (ImageSource store = openReadOnly()) {
      store.readBatch(new long[] {1, 2}, batch);

      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> store.readBatch(new long[] {5, 6, 7, 8}, batch))
          .satisfies(e -> assertThat(e.id()).isEqualTo(7));

      assertThat(batch.size()).isZero();
      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> store.readBatch(5, 10));
    }
  }

  @Test
  void aStreamGivesTheImagesBeforeADamagedOne() throws IOException {
    damagedStore(20, 7);
    List<LabeledImage> seen = new ArrayList<>();
    try (ImageSource store = openReadOnly();
        Stream<LabeledImage> images = store.stream()) {
      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> images.forEach(seen::add))
          .satisfies(e -> assertThat(e.id()).isEqualTo(7));
    }
    assertThat(seen).isEqualTo(SampleImages.list(0, 7, RGB, 1));
  }

  @Test
  void theIteratorOfAStreamGoesOnBehindADamagedImage() throws IOException {
    damagedStore(20, 7);
    List<LabeledImage> seen = new ArrayList<>();
    try (ImageSource store = openReadOnly();
        Stream<LabeledImage> images = store.stream()) {
      Iterator<LabeledImage> i = images.iterator();
      while (seen.size() < 7) {
        seen.add(i.next());
      }
      assertThatExceptionOfType(CorruptImageException.class).isThrownBy(i::hasNext);
      i.forEachRemaining(seen::add);
    }
    assertThat(seen)
        .isEqualTo(
            SampleImages.list(0, 20, RGB, 1).stream().filter(image -> image.id() != 7).toList());
  }

  @Test
  void aStreamLeavesDamagedImagesOutAndReportsThemIfAskedTo() throws IOException {
    damagedStore(20, 0, 7, 8, 19);
    List<Long> damaged = new ArrayList<>();
    try (ImageSource store = openReadOnly();
        Stream<LabeledImage> images = store.stream(e -> damaged.add(e.id()))) {
      assertThat(images).hasSize(16);
    }
    assertThat(damaged).containsExactly(0L, 7L, 8L, 19L);
  }

  @Test
  void aCopyLeavesDamagedImagesOutAndReportsThemIfAskedTo() throws IOException {
    damagedStore(20, 7);
    try (ImageSource source = openReadOnly();
        ImageStore copy = leaks.track(MemoryImageStore.open())) {
      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> ImageStores.copy(source, copy, Progress.NONE));

      CopyReport report = ImageStores.copy(source, copy, Progress.NONE, e -> {});

      assertThat(copy.size()).isEqualTo(19);
      assertThat(report.damages()).extracting(VerifyReport.Damage::id).containsExactly(7L);
    }
  }

  @Test
  void verifyNamesTheDamagedImagesEvenIfReadsDoNotCheck() throws IOException {
    damagedStore(20, 3, 15);
    try (ImageSource store = openReadOnly(StoreOptions.builder().verifyChecksums(false).build())) {
      VerifyReport report = store.verify();

      assertThat(report.damagedIds()).containsExactly(3, 15);
      assertThat(report.imagesChecked()).isEqualTo(20);
    }
  }

  @Test
  void aDamagedImageCanBeReplaced() throws IOException {
    damagedStore(20, 7);
    try (ImageStore store = open()) {
      store.put(7, SampleImages.noise(RGB, 70), 7);

      assertThat(store.get(7)).isEqualTo(new LabeledImage(7, SampleImages.noise(RGB, 70), 7));
      assertThat(store.verify().isClean()).isTrue();
    }
  }

  @Test
  void aRepairDropsDamagedImagesAndLaysThemAside() throws IOException {
    damagedStore(20, 3, 7);
    List<LabeledImage> whole =
        SampleImages.list(0, 20, RGB, 1).stream()
            .filter(image -> image.id() != 3 && image.id() != 7)
            .toList();
    try (ImageStore store = open()) {
      RepairReport report = store.repair(RepairPolicy.dropDamaged());

      assertThat(report.imagesChecked()).isEqualTo(20);
      assertThat(report.droppedIds()).containsExactly(3, 7);
      assertThat(report.storeProblems()).isEmpty();
      assertThat(report.dropped())
          .allSatisfy(
              dropped -> {
                assertThat(dropped.problem()).contains(path().toString());
                assertThat(dropped.file()).get(InstanceOfAssertFactories.PATH).isNotEmptyFile();
              });
      assertThat(store.verify().isClean()).isTrue();
      assertThat(contentOf(store)).isEqualTo(whole);
    }
    assertThat(path().resolveSibling(path().getFileName() + ".damaged"))
        .isDirectoryContaining("glob:**/damages.jsonl");
    try (ImageStore store = open()) {
      assertThat(contentOf(store)).isEqualTo(whole);
      assertThat(store.repair(RepairPolicy.dropDamaged()).wasClean()).isTrue();
    }
  }

  @Test
  void anInterruptedThreadRepairsToTheEnd() throws IOException {
    damagedStore(20, 7);
    try (ImageStore store = open()) {
      Thread.currentThread().interrupt();
      RepairReport report = store.repair(RepairPolicy.dropDamaged());

      assertThat(Thread.interrupted()).as("the interrupt is still there").isTrue();
      assertThat(report.droppedIds()).containsExactly(7);
    }
  }

  @Test
  void aLineThatAKilledRepairHasWrittenInPartIsNotJoinedToTheNext() throws IOException {
    damagedStore(20, 7);
    Path aside = Files.createDirectory(path().resolveSibling("aside"));
    Path list = Files.writeString(aside.resolve("damages.jsonl"), "{\"id\":7,\"prob");
    try (ImageStore store = open()) {
      store.repair(RepairPolicy.dropDamaged().layingAsideIn(aside));
    }

    assertThat(Files.readAllLines(list).get(1)).startsWith("{\"id\":7,").endsWith("}");
  }

  @Test
  void aRepairOfAWholeStoreChangesNothing() throws IOException {
    damagedStore(20);
    Path aside = path().resolveSibling("aside");
    try (ImageStore store = open()) {
      RepairReport report = store.repair(RepairPolicy.dropDamaged().layingAsideIn(aside));

      assertThat(report.wasClean()).isTrue();
      assertThat(contentOf(store)).isEqualTo(SampleImages.list(0, 20, RGB, 1));
    }
    assertThat(aside).doesNotExist();
  }

  @Test
  void anImageThatCannotBeLaidAsideIsNotDropped() throws IOException {
    damagedStore(20, 7);
    Path notAFolder = Files.writeString(path().resolveSibling("aside"), "a file");
    try (ImageStore store = open()) {
      assertThatExceptionOfType(ImageStoreException.class)
          .isThrownBy(() -> store.repair(RepairPolicy.dropDamaged().layingAsideIn(notAFolder)))
          .withMessageContaining("repairing image 7");

      assertThat(store.size()).isEqualTo(20);
      assertThat(store.verify().damagedIds()).containsExactly(7);
    }
  }

  @Test
  void layingAsideInsideOfTheStoreIsRefused() throws IOException {
    damagedStore(20, 7);
    Path link = Files.createSymbolicLink(path().resolveSibling("link"), path());
    try (ImageStore store = open()) {
      for (Path inside : List.of(path(), path().resolve("a/b"), link.resolve("aside"))) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> store.repair(RepairPolicy.dropDamaged().layingAsideIn(inside)))
            .withMessageContaining(inside.toString())
            .withMessageContaining("inside of the store");
      }
      assertThat(store.verify().damagedIds()).containsExactly(7);
    }
  }

  private static List<LabeledImage> contentOf(ImageSource store) {
    try (Stream<LabeledImage> images = store.stream()) {
      return images.toList();
    }
  }

  private void damagedStore(int count, long... ids) throws IOException {
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, count, RGB, 1));
    }
    for (long id : ids) {
      damaged.add(id);
      damage(path(), SampleImages.labeled(id, RGB, 1));
    }
  }

  // Opening.

  @Test
  void optionsAboutWritingAreRefusedWhenAStoreIsOpenedToRead() {
    open().close();

    for (StoreOptions options :
        List.of(
            StoreOptions.builder().mode(OpenMode.CREATE_NEW).build(),
            StoreOptions.builder().durability(Durability.COMMIT).build(),
            StoreOptions.builder().labelNames(List.of("cat")).build())) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> leaks.track(ImageStores.openReadOnly(path(), options)))
          .withMessageContaining("about writing");
    }
  }

  @Test
  void openingToReadChangesNoFileAndMakesNone() throws IOException {
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 3, RGB, 1));
    }
    Map<Path, FileTime> before = timesOf(folder);
    Map<Path, ByteBuffer> contents = contentsOf(folder);
    try (ImageSource store = openReadOnly()) {
      assertThat(store.verify().isClean()).isTrue();
      assertThat(all(store)).isEqualTo(SampleImages.list(0, 3, RGB, 1));
    }
    assertThat(timesOf(folder)).isEqualTo(before);
    assertThat(contentsOf(folder)).isEqualTo(contents);
  }

  @Test
  void createNewRefusesWhatIsThereAndLeavesItAsItIs() {
    try (ImageStore store = open(StoreOptions.builder().mode(OpenMode.CREATE_NEW).build())) {
      store.putBatch(SampleImages.list(0, 3, RGB, 1));
    }

    assertThatExceptionOfType(StoreExistsException.class)
        .isThrownBy(() -> open(StoreOptions.builder().mode(OpenMode.CREATE_NEW).build()))
        .withMessageContaining(path().toString());

    try (ImageSource store = openReadOnly()) {
      assertThat(all(store)).isEqualTo(SampleImages.list(0, 3, RGB, 1));
    }
  }

  @Test
  void whatIsNoStoreIsRefusedAndLeftAsItIs() throws IOException {
    Files.writeString(path(), "this is a letter, not a store\n".repeat(500));

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(this::open)
        .withMessageContaining(path().toString());

    assertThat(path()).hasContent("this is a letter, not a store\n".repeat(500));
    assertThat(filesOf(folder)).containsExactly(path());
  }

  @Test
  void aFolderOfOtherFilesIsRefusedAndLeftAsItIs() throws IOException {
    Files.createDirectory(path());
    Path letter = Files.writeString(path().resolve("letter.txt"), "dear reader");

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(this::open)
        .withMessageContaining(path().toString());

    assertThat(filesOf(folder)).containsExactly(letter);
  }

  @Test
  void aStoreIsCreatedInAFolderThatIsNotThereYet() {
    Path deep = folder.resolve("a/b/store");
    try (ImageStore store = open(deep, StoreOptions.defaults())) {
      store.put(1, SampleImages.noise(RGB, 1), 1);
    }
    try (ImageSource store = leaks.track(ImageStores.open(deep))) {
      assertThat(store.size()).isEqualTo(1);
    }
  }

  @Test
  void anInterruptDoesNotKeepAStoreFromBeingOpened() {
    LabeledImage image = SampleImages.labeled(1, RGB, 1);
    Thread.currentThread().interrupt();
    try (ImageStore store = open()) {
      assertThat(Thread.interrupted()).isTrue();
      store.put(image.id(), image.image(), image.label());
      assertThat(store.get(1)).isEqualTo(image);
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void aPathOfAnotherFileSystemIsServedOrRefused() throws IOException {
    LabeledImage image = SampleImages.labeled(1, RGB, 1);
    try (FileSystem zip =
        FileSystems.newFileSystem(folder.resolve("stores.zip"), Map.of("create", "true"))) {
      Path inside = zip.getPath("/store");
      try (ImageStore store = open(inside, StoreOptions.defaults())) {
        store.put(image.id(), image.image(), image.label());
        assertThat(store.get(1)).isEqualTo(image);
      } catch (UnsupportedStoreException e) {
        assertThat(e).hasMessageContaining(inside.toString());
      }
    }
  }

  @Test
  void theStoreIsRecognizedByWhatLiesAtItsPath() {
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 3, RGB, 1));
    }
    try (ImageSource store = leaks.track(ImageStores.open(path()))) {
      assertThat(store.info().backend()).isEqualTo(provider().backend());
      assertThat(all(store)).isEqualTo(SampleImages.list(0, 3, RGB, 1));
    }
  }

  @Test
  void infoTellsBytesOnDisk() {
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 100, RGB, 1));

      assertThat(store.info().bytesOnDisk()).isGreaterThan(100 * RGB.byteCount() / 2);
    }
  }

  // What the tests are made of.

  private static List<Path> filesOf(Path store) throws IOException {
    try (Stream<Path> files = Files.walk(store)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static Map<Path, FileTime> timesOf(Path store) throws IOException {
    return filesOf(store).stream()
        .collect(Collectors.toMap(file -> file, PersistentStoreContract::timeOf));
  }

  private static Map<Path, ByteBuffer> contentsOf(Path store) throws IOException {
    Map<Path, ByteBuffer> contents = new TreeMap<>();
    for (Path file : filesOf(store)) {
      contents.put(file, ByteBuffer.wrap(Files.readAllBytes(file)));
    }
    return contents;
  }

  private static FileTime timeOf(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new AssertionError("a file of the store vanished: " + file, e);
    }
  }
}
