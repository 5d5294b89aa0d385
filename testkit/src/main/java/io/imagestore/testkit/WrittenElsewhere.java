package io.imagestore.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** On a test of a contract whose store is written in another JVM. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface WrittenElsewhere {}
