/**
 * The contract of {@link io.imagestore.ImageStore} as tests, for anyone's backend to run, and what
 * such tests need.
 *
 * <p>A backend's test extends {@link io.imagestore.testkit.PersistentStoreContract} and names its
 * provider; that is all.
 */
@NullMarked
package io.imagestore.testkit;

import org.jspecify.annotations.NullMarked;
