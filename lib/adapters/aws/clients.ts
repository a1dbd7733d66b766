/**
 * Settings that every AWS client of the product is made with: `new RDSClient(clientSettings)`. Region, credentials
 * and endpoint come from the environment (`AWS_REGION`, `AWS_ENDPOINT_URL`, …), as the SDK reads them itself.
 */
export const clientSettings = {
  /** The state machine retries too; here only what passes within a second or two. */
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000 },
};

/** S3 by path, so that a bucket needs no host name of its own. */
export const s3Settings = { ...clientSettings, forcePathStyle: true };
