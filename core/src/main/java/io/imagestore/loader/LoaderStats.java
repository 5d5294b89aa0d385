package io.imagestore.loader;

import java.time.Duration;

/**
 * What a loader has done since it was built.
 *
 * <p>The wait for a batch is put down to reading, decoding and transforming in the proportion in
 * which these took part in the making of that batch. A consumer that hardly waits has enough
 * workers; one that waits for reading needs a faster disk or a better order, others need more
 * processors.
 *
 * @param batches how many batches were handed out
 * @param images how many images were in them, without padding
 * @param skipped how many images failed and were left out, without padding
 * @param waited how long the consumer waited for batches
 * @param waitedForRead the part of it in which bytes came from the source and were checked
 * @param waitedForDecode the part in which they became pixels
 * @param waitedForTransform the part in which pixels became what the batch holds
 */
public record LoaderStats(
    long batches,
    long images,
    long skipped,
    Duration waited,
    Duration waitedForRead,
    Duration waitedForDecode,
    Duration waitedForTransform) {}
