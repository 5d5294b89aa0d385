package io.imagestore.hdf5.format;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads another source in pages and keeps them, for the structures that describe a file are small,
 * and most lie side by side. To be used while a file is opened, and no longer: what is written
 * meanwhile isn't seen.
 */
final class PagedSource implements ByteSource {

  private static final int PAGE_BITS = 13;
  private static final int PAGE = 1 << PAGE_BITS;
  private static final int MAX_PAGES = 256;

  private final ByteSource source;
  private final long length;
  private final Map<Long, byte[]> pages = new HashMap<>();

  PagedSource(ByteSource source) throws IOException {
    this.source = source;
    this.length = source.length();
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public void read(long address, byte[] into, int offset, int count) throws IOException {
    if (address < 0 || count > PAGE || address > length - count) {
      source.read(address, into, offset, count);
      return;
    }
    try {
      readFromPages(address, into, offset, count);
    } catch (Hdf5FormatException e) {
      // A page may reach into the hole at the end that a writer cuts off when it closes. If more
      // than that is missing, this tells.
      source.read(address, into, offset, count);
    }
  }

  private void readFromPages(long address, byte[] into, int offset, int count) throws IOException {
    int done = 0;
    while (done < count) {
      long at = address + done;
      byte[] page = page(at >> PAGE_BITS);
      int inPage = (int) (at & (PAGE - 1));
      int part = Math.min(count - done, page.length - inPage);
      System.arraycopy(page, inPage, into, offset + done, part);
      done += part;
    }
  }

  private byte[] page(long number) throws IOException {
    byte[] page = pages.get(number);
    if (page == null) {
      if (pages.size() == MAX_PAGES) {
        pages.clear();
      }
      long start = number << PAGE_BITS;
      page = new byte[(int) Math.min(PAGE, length - start)];
      source.read(start, page, 0, page.length);
      pages.put(number, page);
    }
    return page;
  }
}
