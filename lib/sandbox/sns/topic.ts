export interface Topic {
  arn: string;
  attributes: Record<string, string>;
  subscriptions: Map<string, Subscription>;
  published: Notification[];
}

export interface Subscription {
  arn: string;
  topicArn: string;
  protocol: string;
  endpoint: string;
  owner: string;
  /** Not confirmed, so nothing is delivered. */
  pending: boolean;
  /** A queue gets the bare message and no envelope. */
  raw: boolean;
}

/** What somebody published. */
export interface Notification {
  messageId: string;
  topicArn: string;
  subject: string | undefined;
  message: string;
  attributes: Record<string, { DataType: string; StringValue?: string; BinaryValue?: Uint8Array }>;
  timestamp: Date;
}
