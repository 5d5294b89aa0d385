package io.imagestore.internal.pickle;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An instance of a class of the file's own, as inert data: its class was neither looked for nor
 * called.
 *
 * @param module the module that the pickle names, such as {@code __main__}
 * @param name the class's name in it
 * @param state its attributes
 */
public record PickledObject(String module, String name, Map<String, @Nullable Object> state) {}
