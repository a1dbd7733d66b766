/** What the rooms of the sandbox know of each other. Every service is a room; they meet only through this. */

/** Who makes a request: read from the access key in its signature, or the owner of the account. */
export interface Principal {
  /** `arn:aws:sts::<account>:assumed-role/<role>/<session>` or `arn:aws:iam::<account>:root`. */
  arn: string;
  /** The IAM role's ARN, where it is one. */
  roleArn?: string;
}

export interface CallContext {
  principal: Principal;
  requestId: string;
}

/**
 * One operation of a service. Input and output have the shapes of the AWS SDK's own client
 * (`Date` for timestamps, `Uint8Array` for blobs and bodies); an error is thrown as `ServiceError`.
 */
export type Operation = (input: any, context: CallContext) => Promise<any>;

export interface Service {
  /** Signing name in the SDK's requests: rds, route53, s3, kms, states, monitoring, logs, events, scheduler, … */
  readonly name: string;
  readonly operations: Record<string, Operation>;
  start?(): Promise<void>;
  stop?(): Promise<void>;
}

/** An error as the service itself would answer it; `code` is what the SDK client sees as the error's name. */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members of the modelled error shape. */
  readonly fields: Record<string, unknown>;

  constructor(
    code: string,
    message: string,
    options: { status?: number; fields?: Record<string, unknown> } = {},
  ) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = options.status ?? 400;
    this.fields = options.fields ?? {};
  }
}

/**
 * Timestamps are always true; only *durations* given by a template, a state machine or an API
 * (waits, schedules, alarm periods, simulated restores) are divided.
 */
export interface Clock {
  readonly scale: number;
  /**
   * Schedules and alarm periods are divided by this instead: what comes again and again does real work each
   * time, and would leave the machine none for the run itself. At most `scale`.
   */
  readonly recurrenceScale: number;
  now(): Date;
  /** Resolves after `nominalMs / scale` milliseconds; rejects with the signal's reason when aborted. */
  sleep(nominalMs: number, signal?: AbortSignal): Promise<void>;
  /** Calls `run` every `nominalMs / scale` milliseconds until the returned function is called. */
  every(nominalMs: number, run: () => void): () => void;
}

/** An event on the default bus, before EventBridge adds id, account, region and time. */
export interface AwsEvent {
  source: string;
  'detail-type': string;
  resources: string[];
  detail: Record<string, unknown>;
}

/** What every service is constructed with. */
export interface SandboxContext {
  readonly account: string;
  readonly region: string;
  readonly clock: Clock;
  /** A folder of the service's own would be `${directory}/<service>`; removed when the sandbox stops. */
  readonly directory: string;
  /** Calls another service, in process, as `principal` (default: the account's owner). */
  call<Output = any>(
    service: string,
    operation: string,
    input: unknown,
    principal?: Principal,
  ): Promise<Output>;
  /**
   * Judges what a service does itself in the name of `principal`, as if that had made this request. Throws the
   * `ServiceError` of a refusal.
   */
  authorize(service: string, operation: string, input: unknown, principal: Principal): Promise<void>;
  /** Puts an event of an AWS service on the default bus. */
  publish(event: AwsEvent): void;
  /** Makes access keys under which requests are made as this principal. */
  credentials(principal: Principal): { accessKeyId: string; secretAccessKey: string; sessionToken: string };
  /** The principal of an access key; the account's owner where it is unknown. */
  principalOf(accessKeyId: string | undefined): Principal;
  /** One line for the sandbox's log. */
  log(line: string): void;
}

/** The account as its owner has it before any stack of ours is deployed: data, read from a JSON file. */
export interface World {
  account: string;
  region: string;
  vpc: { id: string; cidr: string; subnets: { id: string; availabilityZone: string; cidr: string }[] };
  securityGroups: { id: string; name: string; ingress: IngressRule[] }[];
  /** Machines in the VPC: each gets a loopback address of its own, from which its connections must come. */
  hosts: { name: string; securityGroupIds: string[] }[];
  hostedZones: { id: string; name: string; private: boolean }[];
}

interface IngressRule {
  protocol: 'tcp';
  fromPort: number;
  toPort: number;
  /** Either an address range (`127.0.0.1/32` is the person at the keyboard) … */
  cidr?: string;
  /** … or the group that the caller's network interface is in. */
  sourceGroupId?: string;
}
