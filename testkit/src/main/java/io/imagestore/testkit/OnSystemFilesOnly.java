package io.imagestore.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a test of a contract that changes a store's files where no {@link FaultyDisk} sees it: by
 * another JVM, or by removing them.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface OnSystemFilesOnly {}
