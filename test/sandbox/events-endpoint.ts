import { CloudWatchService } from '../../lib/sandbox/cloudwatch/service.ts';
import type { Service } from '../../lib/sandbox/contract.ts';
import { EventBridgeService } from '../../lib/sandbox/events/service.ts';
import { SchedulerService } from '../../lib/sandbox/scheduler/service.ts';
import { SnsService } from '../../lib/sandbox/sns/service.ts';
import { SqsService } from '../../lib/sandbox/sqs/service.ts';
import { Endpoint } from '../../lib/sandbox/wire/server.ts';
import { directory } from '../unit/sandbox/events/fake-context.ts';

/** The event services behind a real endpoint; a nominal minute takes 50 ms. */
export async function eventsEndpoint() {
  const { context } = directory();
  let url = '';
  const events = new EventBridgeService(context);
  const services: Service[] = [
    events,
    new SchedulerService(context),
    new CloudWatchService(context),
    new SnsService(context),
    new SqsService(context, { endpoint: () => url }),
  ];
  context.onEvent = (event) => events.receive(event);
  const endpoint = new Endpoint(
    services.map((service) => context.register(service)),
    context,
  );
  ({ url } = await endpoint.listen());
  return {
    client: {
      endpoint: url,
      region: context.region,
      credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
    },
    async stop() {
      for (const service of services) await service.stop?.();
      await endpoint.close();
    },
  };
}
