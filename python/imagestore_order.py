"""The order in which ImageStore for Java shuffles an epoch, and its random bits, for other languages to follow.

    import imagestore_order

    index = imagestore_order.permutation(seed=42, epoch=3, size=50_000)
    [index(position) for position in range(256)]      # the first batch of epoch 3

The same numbers as io.imagestore.loader.Permutation gives, whose documentation tells how they are made. Needs nothing
but Python 3. Numbers are unsigned and have 64 bits.
"""

MASK = (1 << 64) - 1


def mix(z):
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
    return z ^ z >> 31


def bits(key, counter):
    """The 64 random bits that a key has at a counter."""
    return mix(key + (counter + 1) * 0x9E3779B97F4A7C15 & MASK)


def key_of(*parts):
    """The key of (seed, epoch, -1) for an order, of (seed, epoch, position, transform) for an augmentation."""
    key = 0
    for part in parts:
        key = mix((key ^ part & MASK) + 0x9E3779B97F4A7C15 & MASK)
    return key


def permutation(seed, epoch, size):
    """A function from position to index, both from 0 to size - 1."""
    key = key_of(seed, epoch, -1)
    if size <= 1 << 16:
        table = list(range(size))
        for i in range(size - 1, 0, -1):
            other = bits(key, i) * (i + 1) >> 64
            table[i], table[other] = table[other], table[i]
        return table.__getitem__

    width = (size - 1).bit_length()
    lower_bits = width // 2
    lower_mask, upper_mask = (1 << lower_bits) - 1, (1 << width - lower_bits) - 1

    def index(position):
        upper, lower = position >> lower_bits, position & lower_mask
        for r in range(0, 8, 2):
            upper ^= mix(lower ^ bits(key, r)) & upper_mask
            lower ^= mix(upper ^ bits(key, r + 1)) & lower_mask
        number = upper << lower_bits | lower
        return number if number < size else index(number)

    return index
