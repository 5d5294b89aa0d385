package io.imagestore.loader;

/**
 * In which order an epoch visits the samples of a source: a pure function of (epoch, position),
 * with the seed inside.
 *
 * <p>Implementations are immutable. Their text tells everything that decides on the order, since it
 * is what a {@link LoaderState} is compared by.
 */
public interface Order {

  /**
   * The order of one epoch.
   *
   * @param epoch at least 0
   * @param samples how many samples the source has, at least 0
   * @return at each position of the epoch the index of a sample, from 0 to {@code samples - 1}; not
   *     each need occur, and one may occur more than once, if it is the point of this order
   * @throws IllegalArgumentException if epoch or samples is negative, or the order was made for
   *     another number of samples
   */
  LongSequence epoch(long epoch, long samples);

  /**
   * What decides on the order, such as {@code shuffled(seed=42)}.
   *
   * @return the text
   */
  @Override
  String toString();

  /**
   * As they lie in the source, in each epoch.
   *
   * @return the order
   */
  static Order sequential() {
    return SequentialOrder.INSTANCE;
  }

  /**
   * A shuffle of all samples, another one in each epoch: see {@link Permutation}.
   *
   * @param seed any number
   * @return the order
   */
  static Order shuffled(long seed) {
    return new ShuffledOrder(seed);
  }

  /**
   * A shuffle for disks that are slow at single reads. Neighbors in the source are read together in
   * blocks: the blocks are shuffled, then so many of them at a time are mixed with each other.
   *
   * <p>It is a weaker shuffle than {@link #shuffled}. Where samples with one label lie together,
   * those at hand at a time come from only as many places of the source as there are blocks in a
   * window: of two samples that are close to each other in the epoch, one in {@code blocksMixed}
   * comes from the same block. With {@code blocksMixed} times {@code blockSize} at least the number
   * of samples it is as good as the other.
   *
   * @param seed any number
   * @param blockSize how many neighbors in the source make a block, at least 1
   * @param blocksMixed how many blocks are mixed with each other, at least 1
   * @return the order
   * @throws IllegalArgumentException if a number is less than 1, or {@code blockSize * blocksMixed}
   *     is more than a long holds
   */
  static Order shuffledInBlocks(long seed, long blockSize, long blocksMixed) {
    return new BlockOrder(seed, blockSize, blocksMixed);
  }

  /**
   * Each draw takes sample i with a probability of {@code weights[i]} in the sum of the weights,
   * whatever was drawn before; so a sample may come several times in an epoch, or not at all.
   *
   * @param seed any number
   * @param weights for each sample of the source, in its order, or of the {@linkplain
   *     DataLoader.Builder#subset part} of it that is read, in that one's; at least 0; their sum is
   *     more than 0; copied
   * @param draws how many samples make an epoch, at least 0
   * @return the order, for sources of {@code weights.length} samples; it takes 12 bytes a sample
   * @throws IllegalArgumentException if a weight is negative, infinite or no number, no weight is
   *     more than 0, their sum is infinite, or draws is negative
   */
  static Order weighted(long seed, double[] weights, long draws) {
    return WeightedOrder.weighted(seed, weights, draws);
  }

  /**
   * As {@link #weighted}, with weights by which each label that occurs is drawn as often as the
   * others, and an epoch as long as the source.
   *
   * @param seed any number
   * @param labels for each sample of the source, in its order, or of the {@linkplain
   *     DataLoader.Builder#subset part} of it that is read, in that one's, its label
   * @return the order, for sources of {@code labels.length} samples
   * @throws IllegalArgumentException if there are no labels
   */
  static Order balanced(long seed, int[] labels) {
    return WeightedOrder.balanced(seed, labels);
  }

  /**
   * Draws from several sources that are {@linkplain io.imagestore.ImageSources#concat one}: each
   * draw comes from source k with a probability of {@code shares[k]} in the sum of the shares, and
   * is any of its samples, whatever was drawn before.
   *
   * @param seed any number
   * @param sizes how many samples each source has, in the order in which they were put together; in
   *     sum at most 2^31 - 9
   * @param shares as many, each at least 0
   * @param draws how many samples make an epoch, at least 0
   * @return as {@link #weighted}
   * @throws IllegalArgumentException if there aren't as many sizes as shares, a size is negative or
   *     all are too many, an empty source has a share, or as {@link #weighted} throws it
   */
  static Order mixed(long seed, long[] sizes, double[] shares, long draws) {
    return WeightedOrder.mixed(seed, sizes, shares, draws);
  }
}
