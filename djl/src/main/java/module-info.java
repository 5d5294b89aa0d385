/** Image sources as data sets of Deep Java Library. */
module io.imagestore.djl {
  requires transitive io.imagestore;
  requires transitive ai.djl.api;
  requires static org.jspecify;

  exports io.imagestore.djl;
}
