/** CDK's own switches, here and not in cdk.json, so that `node bin/app.ts` and `cdk synth` agree. */
export const featureFlags = {
  '@aws-cdk/core:validateAgainstDefaultRules': true,
  '@aws-cdk/core:enablePartitionLiterals': true,
  '@aws-cdk/core:target-partitions': ['aws'],
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/aws-iam:standardizedServicePrincipals': true,
  '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true,
  // A key that functions sign with must not be removed from under them.
  '@aws-cdk/core:defaultCrossStackReferences': 'strong',
};
