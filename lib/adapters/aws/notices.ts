import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { send } from './errors.ts';

/** A message of SNS holds 256 KiB; nobody reads that much, and a request may be as long. */
const valueLimit = 1000;

/** Tells people, through the cluster's topic. */
export function snsNotices(sns: SNSClient, topicArn: string) {
  return {
    /** `subject` is cut to the hundred characters that e-mail has; answers the message's id. */
    async tell(subject: string, message: Record<string, unknown>): Promise<string> {
      const Subject = subject.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
      const Message = noticeText(subject, message);
      const { MessageId } = await send(sns, new PublishCommand({ TopicArn: topicArn, Subject, Message }));
      return MessageId ?? '';
    },
  };
}

export type Notices = ReturnType<typeof snsNotices>;

/** What happened, what to do (`next`), where to look (a link to `execution`), then every fact on its line. */
export function noticeText(subject: string, { next, ...facts }: Record<string, unknown>): string {
  const arn = executionArn(facts.execution);
  const lines = Object.entries(facts)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name}: ${shown(value)}`);
  const link = arn === undefined ? [] : [`Execution: ${consoleLink(arn)}`];
  const todo = next === undefined ? [] : [`Next: ${next}`];
  return `${[subject, '', ...todo, ...link, '', ...lines].join('\n')}\n`;
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > valueLimit ? `${text.slice(0, valueLimit)}… (${text.length} characters)` : text;
}

function executionArn(execution: unknown): string | undefined {
  const arn = typeof execution === 'string' ? execution : (execution as { arn?: string } | undefined)?.arn;
  return arn?.startsWith('arn:') ? arn : undefined;
}

function consoleLink(arn: string): string {
  const [, partition, , region] = arn.split(':');
  const domain =
    partition === 'aws-cn'
      ? 'amazonaws.cn'
      : partition === 'aws-us-gov'
        ? 'amazonaws-us-gov.com'
        : 'aws.amazon.com';
  return `https://${region}.console.${domain}/states/home?region=${region}#/v2/executions/details/${arn}`;
}
