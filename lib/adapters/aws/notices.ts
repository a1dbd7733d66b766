import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { send } from './errors.ts';

/** Tells people, through the cluster's topic. */
export function snsNotices(sns: SNSClient, topicArn: string) {
  return {
    /** `subject` is cut to the hundred characters that e-mail has; answers the message's id. */
    async tell(subject: string, message: Record<string, unknown>): Promise<string> {
      const Subject = subject.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
      const Message = JSON.stringify({ subject, ...message }, null, 2);
      const { MessageId } = await send(sns, new PublishCommand({ TopicArn: topicArn, Subject, Message }));
      return MessageId ?? '';
    },
  };
}

export type Notices = ReturnType<typeof snsNotices>;
