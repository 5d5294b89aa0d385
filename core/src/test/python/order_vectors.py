"""Prints the vectors by which the tests check the order and the random bits.

usage: PYTHONPATH=../python python3 src/test/python/order_vectors.py order > src/test/resources/io/imagestore/loader/order.csv
       PYTHONPATH=../python python3 src/test/python/order_vectors.py bits > src/test/resources/io/imagestore/loader/bits.csv
"""

import sys

from imagestore_order import bits, key_of, permutation

SIZES = 1, 2, 3, 5, 10, 100, 50_000, 65_536, 65_537, 1_000_000, 3_000_000_000, 2**40 + 1, 2**63 - 1
SEEDS_AND_EPOCHS = (0, 0), (0, 1), (42, 0), (-1, 7), (2**63 - 1, 2**40)


def order():
    print("seed,epoch,size,position,index")
    for size in SIZES:
        for seed, epoch in SEEDS_AND_EPOCHS:
            index = permutation(seed, epoch, size)
            for position in sorted(p for p in {0, 1, size // 2, size - 1} if p < size):
                print(seed, epoch, size, position, index(position), sep=",")


def random_bits():
    print("seed,epoch,sample,transform,draw,bits")
    for seed, epoch in SEEDS_AND_EPOCHS:
        for sample in 0, 1, 2**40:
            for transform in 0, 3:
                for draw in 0, 1, 9:
                    value = bits(key_of(seed, epoch, sample, transform), draw)
                    print(seed, epoch, sample, transform, draw, f"{value:016x}", sep=",")


order() if sys.argv[1] == "order" else random_bits()
