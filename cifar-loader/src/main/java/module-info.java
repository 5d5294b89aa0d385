/** CIFAR-10 and CIFAR-100 in their python and binary forms. */
module io.imagestore.cifar {
  requires transitive io.imagestore;
  requires io.imagestore.pickle;
  requires java.net.http;
  requires org.slf4j;
  requires static org.jspecify;

  exports io.imagestore.cifar;
}
