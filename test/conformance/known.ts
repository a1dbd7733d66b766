/** Cases that differ for a reason that is not the sandbox's, by name. */
export const knownDifferences: Record<string, string> = {
  'kms::test_get_key_does_not_exist': 'the recording lost how the test altered the ARN',
  'kms::test_get_key_in_different_region': 'the sandbox has one region',
  's3::test_s3_object_retention_exc': "S3 writes a date in its machines' own time zone",
};
