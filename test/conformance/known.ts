/** Cases that are not played because they must differ, by name, and why. */
export const knownDifferences: Record<string, string> = {
  'kms::test_get_key_does_not_exist': 'the recording lost how the test altered the ARN',
  'kms::test_get_key_in_different_region': 'the sandbox has one region',
  's3::test_s3_object_retention_exc': "S3 writes a date in its machines' own time zone",
  'scenarios/base_scenarios::test_wait_timestamp_invalid[JSONATA]': 'JSONPath refuses what JSONata means',
  'sfn_api::test_get_execution_history_reversed': "the recording lost the execution's name",
  'sfn_api::test_invalid_start_execution_arn': 'the recording lost how the test altered the ARN',
  'sfn_api::test_invalid_start_execution_input': "the text of Java's JSON parser",
  'sfn_api::test_create_duplicate_definition_format_sm': 'the recording lost how the definition was written',
  'cloudwatch::test_set_alarm[json]': 'the recording gave one topic two names',
  'cloudwatch_metrics::test_alarm_number_of_messages_sent': 'queues of the sandbox count nothing',
  'events::test_put_event_with_too_big_detail': 'AWS has raised this limit since',
  'events_schedule::test_schedule_cron_target_sqs': 'times of day pass no faster here, rates do',
  'timeouts/timeouts::test_global_timeout': "a machine's time-out is real time here, its waits are not",
  'sfn_api_logs::test_deleted_log_group': 'the sandbox does not look for the log group of a state machine',
};
