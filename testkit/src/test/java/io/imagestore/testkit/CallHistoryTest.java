package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CallHistoryTest {

  private final CallHistory history = new CallHistory(2);

  @Test
  void aReadBesideAWriteMaySeeWhatWasThereBeforeOrWhatIsThereAfter() {
    for (int seen : new int[] {CallHistory.ABSENT, 1}) {
      CallHistory both = new CallHistory(2);
      CallHistory.Call write = both.begin("put").writes(0, 1);
      both.begin("find").sees(0, seen).end();
      write.end();

      assertThat(both.isLinearizable()).as("seen %d", seen).isTrue();
    }
  }

  @Test
  void aReadMustSeeAWriteThatEndedBefore() {
    history.begin("put").writes(0, 1).end();
    history.begin("find").sees(0, CallHistory.ABSENT).end();

    assertThat(history.isLinearizable()).isFalse();
  }

  @Test
  void aReadMayNotSeeWhatIsWrittenLater() {
    history.begin("find").sees(0, 1).end();
    history.begin("put").writes(0, 1).end();

    assertThat(history.isLinearizable()).isFalse();
  }

  @Test
  void whatOneReadHasSeenTheNextMustSeeToo() {
    CallHistory.Call write = history.begin("put").writes(0, 1);
    history.begin("find").sees(0, 1).end();
    history.begin("find").sees(0, CallHistory.ABSENT).end();
    write.end();

    assertThat(history.isLinearizable()).isFalse();
  }

  @Test
  void aHalfOfABatchMayNotBeSeen() {
    history.begin("putBatch").writes(0, 1).writes(1, 1).end();
    CallHistory.Call write = history.begin("putBatch").writes(0, 2).writes(1, 2);
    history.begin("readImages").sees(0, 2).sees(1, 1).end();
    write.end();

    assertThat(history.isLinearizable()).isFalse();
  }

  @Test
  void twoReadersMayNotSeeTwoWritesInDifferentOrders() {
    CallHistory.Call one = history.begin("put").writes(0, 1);
    CallHistory.Call other = history.begin("put").writes(1, 2);
    history.begin("readImages").sees(0, 1).sees(1, CallHistory.ABSENT).end();
    history.begin("readImages").sees(0, CallHistory.ABSENT).sees(1, 2).end();
    one.end();
    other.end();

    assertThat(history.isLinearizable()).isFalse();
  }

  @Test
  void oneOfTwoDeletionsFindsTheImage() {
    history.begin("put").writes(0, 1).end();
    CallHistory.Call one = history.begin("delete").writes(0, CallHistory.ABSENT);
    CallHistory.Call other = history.begin("delete").writes(0, CallHistory.ABSENT);
    one.sees(0, CallHistory.PRESENT).end();
    other.sees(0, CallHistory.PRESENT).end();

    assertThat(history.isLinearizable()).isFalse();
  }

  @Test
  void ofTwoWritesAtOnceEitherMayBeLast() {
    CallHistory.Call one = history.begin("put").writes(0, 1);
    CallHistory.Call other = history.begin("put").writes(0, 2);
    one.end();
    other.end();
    history.begin("find").sees(0, 1).end();

    assertThat(history.isLinearizable()).isTrue();
  }
}
