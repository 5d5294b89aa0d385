package io.imagestore.lmdb;

import java.util.Comparator;
import jnr.ffi.Pointer;
import org.lmdbjava.BufferProxy;

/**
 * Shows LMDB's keys and values to lmdbjava as address and size. Its own proxies wrap them into byte
 * buffers by reflection into the JDK, which needs {@code --add-opens}, or need a further library.
 */
final class SliceProxy extends BufferProxy<Slice> {

  private static int refuse(Slice first, Slice second) {
    throw new UnsupportedOperationException(
        "LMDB itself compares keys, not lmdbjava: " + first.address + ", " + second.address);
  }

  @Override
  protected Slice allocate() {
    return new Slice();
  }

  @Override
  protected void deallocate(Slice slice) {}

  @Override
  protected byte[] getBytes(Slice slice) {
    return NativeMemory.bytes(slice);
  }

  @Override
  protected Comparator<Slice> getSignedComparator() {
    return SliceProxy::refuse;
  }

  @Override
  protected Comparator<Slice> getUnsignedComparator() {
    return SliceProxy::refuse;
  }

  @Override
  @SuppressWarnings("NullAway") // null stands for "nothing to keep alive"
  protected Pointer in(Slice slice, Pointer value) {
    value.putLong(STRUCT_FIELD_OFFSET_SIZE, slice.size);
    value.putLong(STRUCT_FIELD_OFFSET_DATA, slice.address);
    return null;
  }

  @Override
  @SuppressWarnings("NullAway") // null stands for "nothing to keep alive"
  protected Pointer in(Slice slice, int size, Pointer value) {
    value.putLong(STRUCT_FIELD_OFFSET_SIZE, size);
    value.putLong(STRUCT_FIELD_OFFSET_DATA, 0);
    return null;
  }

  @Override
  protected Slice out(Slice slice, Pointer value) {
    slice.size = value.getLong(STRUCT_FIELD_OFFSET_SIZE);
    slice.address = value.getLong(STRUCT_FIELD_OFFSET_DATA);
    return slice;
  }
}
