package io.chiaroscuro.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.server.StudioConfig;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PageWithKeyTest extends PageTest {

  private static final String KEY = "twenty-eight-letters-are-long";

  @Override
  StudioConfig config(StudioConfig local) {
    return with(local, Optional.of(KEY), Optional.empty());
  }

  @Test
  void asksForTheKeyOnce() {
    open("create");
    field("API key").fill("this-is-not-the-key");
    button("Enter").click();
    await(page.getByText("This is not the server's API key."));
    forgiveRefusals(401);
    field("API key").fill(KEY);
    button("Enter").click();
    awaitModels();
    assertThat(page.locator("dialog").isVisible()).isFalse();
    page.reload();
    awaitModels();
    assertThat(page.locator("dialog").isVisible()).isFalse();
  }
}
