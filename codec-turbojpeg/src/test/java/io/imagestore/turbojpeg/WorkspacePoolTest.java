package io.imagestore.turbojpeg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.imagestore.codec.DecodeException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkspacePoolTest {

  private final WorkspacePool pool = new WorkspacePool(1);
  private final List<Workspace> lent = new ArrayList<>();

  @Test
  void aWorkspaceIsUsedAgain() {
    pool.lend(lent::add);
    pool.lend(lent::add);

    assertThat(lent.get(1)).isSameAs(lent.get(0));
  }

  @Test
  void decodingsAtTheSameTimeHaveOneEach() {
    pool.lend(
        first -> {
          lent.add(first);
          pool.lend(lent::add);
        });

    assertThat(lent.get(1)).isNotSameAs(lent.get(0));
  }

  @Test
  void oneComesBackFromADecodingThatFails() {
    assertThatThrownBy(
            () ->
                pool.lend(
                    workspace -> {
                      lent.add(workspace);
                      throw new DecodeException("damaged");
                    }))
        .isInstanceOf(DecodeException.class);

    pool.lend(lent::add);
    assertThat(lent.get(1)).isSameAs(lent.get(0));
  }

  @Test
  void noMoreAreKeptThanItsBound() {
    pool.lend(
        first -> {
          lent.add(first);
          pool.lend(lent::add); // comes back first, and is kept
        });

    pool.lend(
        first -> {
          assertThat(first).isSameAs(lent.get(1));
          pool.lend(second -> assertThat(second).isNotSameAs(lent.get(0)));
        });
  }

  @Test
  void memoryForALargeImageIsNotKept() {
    pool.lend(
        workspace -> {
          lent.add(workspace);
          assertThat(workspace.samples().take(9 << 20).capacity()).isEqualTo(9 << 20);
          assertThat(workspace.files().take(1 << 20).capacity()).isEqualTo(1 << 20);
        });

    assertThat(lent.get(0).samples().take(1).capacity()).isOne();
    assertThat(lent.get(0).files().take(1).capacity()).isEqualTo(1 << 20);
  }
}
