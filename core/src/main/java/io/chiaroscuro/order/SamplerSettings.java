package io.chiaroscuro.order;

import io.chiaroscuro.scheduler.SamplerName;
import io.chiaroscuro.scheduler.SchedulerConfig;
import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which sampler, and how it is set.
 *
 * @param scheduler its name, see {@link SamplerName}; null for the checkpoint's own
 * @param options its settings by diffusers' names, as JSON has their values
 * @param eta share of noise put back at each step; null for the sampler's own
 */
public record SamplerSettings(String scheduler, Map<String, String> options, Double eta)
    implements Serializable {

  /** The checkpoint's own. */
  public static final SamplerSettings OWN = new SamplerSettings(null, Map.of(), null);

  public SamplerSettings {
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
  }

  /**
   * The sampler asked for, with those of the checkpoint's {@code own} settings that it knows.
   *
   * @throws io.chiaroscuro.InvalidInputException if there is none of that name or it takes no such
   *     setting
   */
  public SchedulerConfig over(SchedulerConfig own) {
    SchedulerConfig config = scheduler == null ? own : SamplerName.apply(scheduler, own);
    for (Map.Entry<String, String> option : options.entrySet()) {
      config = config.withOption(option.getKey(), value(option.getValue()));
    }
    return eta == null ? config : config.withOption("eta", eta);
  }

  /** As JSON would have it: true and false, whole numbers, other numbers, else a word. */
  private static Object value(String text) {
    if (text.equals("true") || text.equals("false")) {
      return Boolean.valueOf(text);
    }
    try {
      return text.matches("[+-]?\\d+") ? (Object) Integer.valueOf(text) : Double.valueOf(text);
    } catch (NumberFormatException e) {
      return text;
    }
  }
}
